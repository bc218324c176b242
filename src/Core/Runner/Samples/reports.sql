-- What the jobs of the living sample work on: crash reports of a small browser, shaped like Socorro's. Run at each start; all of it may be run again.

create schema if not exists reports;

create table if not exists reports.report (
    id          bigint generated always as identity primary key,
    arrived_at  timestamptz not null,
    product     text not null,
    version     text not null,
    os          text not null,
    signature   text not null,
    uptime      int not null
);
create index if not exists report_arrived_at_idx on reports.report (arrived_at);

create table if not exists reports.duplicate (report_id bigint primary key, of_report bigint not null, slot timestamptz not null);
create table if not exists reports.clean (report_id bigint primary key, slot timestamptz not null, product text not null, version text not null, os text not null, signature text not null);
create index if not exists clean_slot_idx on reports.clean (slot);
create table if not exists reports.cleaned_slot (slot timestamptz primary key, reports int not null, times int not null);
create table if not exists reports.product_version (product text not null, version text not null, first_seen timestamptz not null, last_seen timestamptz not null, primary key (product, version));
create table if not exists reports.signature (signature text primary key, first_seen timestamptz not null, last_seen timestamptz not null);
create table if not exists reports.top_crash (slot timestamptz not null, product text not null, version text not null, signature text not null, reports int not null, primary key (slot, product, version, signature));
create table if not exists reports.active_users (day date not null, product text not null, version text not null, users int not null, primary key (day, product, version));
create table if not exists reports.build_users (day date not null, product text not null, users bigint not null, primary key (day, product));
create table if not exists reports.home_page_graph (slot timestamptz not null, product text not null, reports int not null, per_thousand_users numeric, primary key (slot, product));
create table if not exists reports.suspicious (slot timestamptz not null, signature text not null, reports int not null, usual numeric not null, primary key (slot, signature));
create table if not exists reports.server_status (at timestamptz primary key, reports bigint not null, waiting bigint not null, oldest_waiting timestamptz);
create table if not exists account (name text primary key, balance numeric(12, 2) not null);
insert into account values ('savings', 1000000), ('current', 0) on conflict do nothing;

-- A report every ten seconds since the last one, of the last three hours at most. What is in it follows from its moment alone.
create or replace function reports.receive(until timestamptz) returns bigint language sql as $$
    with moment as (
        select at, abs(hashtext(at::text)::bigint) as chance
          from generate_series(
                   greatest((select max(arrived_at) from reports.report), date_trunc('minute', until) - interval '3 hours') + interval '10 seconds', until, interval '10 seconds') as at),
    received as (
        insert into reports.report (arrived_at, product, version, os, signature, uptime)
        select at,
               (array['Firefox', 'Firefox', 'Firefox', 'Thunderbird', 'FennecAndroid', 'SeaMonkey'])[1 + chance % 6],
               (array['32.0', '32.0', '33.0b1', '34.0a2', '35.0a1'])[1 + chance / 7 % 5],
               (array['Windows NT', 'Windows NT', 'Windows NT', 'Mac OS X', 'Linux', 'Android'])[1 + chance / 11 % 6],
               (array['OOM | small', 'hang | WaitForSingleObjectEx', 'js::gc::MarkInternal<T>', 'nsDocShell::Destroy()', 'libflashplayer.so@0x1e1520', 'EMPTY: no crashing thread identified',
                      'mozilla::layers::CompositorParent::Composite()', 'arena_run_reg_alloc', 'gfxFontGroup::FindFontForChar', 'F_1152915508__________________'])[1 + chance / 13 % 10],
               chance / 17 % 7200
          from moment
        returning 1)
    select count(*) from received
$$;

-- Reports of one slot that tell of the same crash as another within ten seconds of uptime.
create or replace function reports.find_duplicates(slot timestamptz) returns void language sql as $$
    insert into reports.duplicate (report_id, of_report, slot)
    select later.id, min(first.id), $1
      from reports.report as later
      join reports.report as first
        on first.product = later.product and first.version = later.version and first.os = later.os and first.signature = later.signature
       and first.id < later.id and first.arrived_at > $1 - interval '10 minutes' and first.arrived_at <= $1
     where later.arrived_at > $1 - interval '10 minutes' and later.arrived_at <= $1
     group by later.id
    on conflict do nothing
$$;

create or replace function reports.product_versions() returns void language sql as $$
    insert into reports.product_version select product, version, min(arrived_at), max(arrived_at) from reports.report group by product, version
    on conflict (product, version) do update set last_seen = excluded.last_seen
$$;

create or replace function reports.signatures(slot timestamptz) returns void language sql as $$
    insert into reports.signature select signature, min(clean.slot), max(clean.slot) from reports.clean where clean.slot > $1 - interval '1 hour' and clean.slot <= $1 group by signature
    on conflict (signature) do update set last_seen = greatest(signature.last_seen, excluded.last_seen)
$$;

create or replace function reports.top_crashes(slot timestamptz) returns void language sql as $$
    insert into reports.top_crash
    select $1, product, version, signature, count(*) from reports.clean where clean.slot > $1 - interval '1 hour' and clean.slot <= $1 group by product, version, signature
    on conflict (slot, product, version, signature) do update set reports = excluded.reports
$$;

create or replace function reports.build_users(today date) returns void language sql as $$
    insert into reports.build_users select day, product, sum(users) from reports.active_users where day >= $1 - 7 group by day, product
    on conflict (day, product) do update set users = excluded.users
$$;

create or replace function reports.home_page_graph(slot timestamptz) returns void language sql as $$
    insert into reports.home_page_graph
    select $1, product, sum(top.reports), round(1000.0 * sum(top.reports) / nullif((select sum(users) from reports.active_users as each where each.product = top.product and day = $1::date), 0), 3)
      from reports.top_crash as top where top.slot = $1 group by product
    on conflict (slot, product) do update set reports = excluded.reports, per_thousand_users = excluded.per_thousand_users
$$;

-- Signatures with twice as many reports in this hour as in the usual one.
create or replace function reports.suspicious_crashes(slot timestamptz) returns void language sql as $$
    insert into reports.suspicious
    select $1, signature, now_count, usual
      from (select signature, sum(reports) filter (where top.slot = $1) as now_count, round(avg(reports) filter (where top.slot < $1), 2) as usual
              from reports.top_crash as top where top.slot > $1 - interval '1 day' and top.slot <= $1 group by signature) as compared
     where now_count > 2 * usual
    on conflict do nothing
$$;

create or replace function reports.server_status(at timestamptz) returns void language sql as $$
    insert into reports.server_status
    select $1, (select count(*) from reports.report where arrived_at > $1 - interval '1 hour'), count(*), min(arrived_at)
      from reports.report where arrived_at > (select coalesce(max(slot), $1 - interval '3 hours') from reports.cleaned_slot)
    on conflict do nothing
$$;

-- The sample stays small however long it runs.
create or replace function reports.drop_old(today timestamptz) returns void language sql as $$
    delete from reports.report where arrived_at < $1 - interval '3 days';
    delete from reports.duplicate where slot < $1 - interval '3 days';
    delete from reports.clean where slot < $1 - interval '3 days';
    delete from reports.cleaned_slot where slot < $1 - interval '30 days';
    delete from reports.top_crash where slot < $1 - interval '30 days';
    delete from reports.home_page_graph where slot < $1 - interval '30 days';
    delete from reports.suspicious where slot < $1 - interval '30 days';
    delete from reports.server_status where at < $1 - interval '3 days';
$$;
