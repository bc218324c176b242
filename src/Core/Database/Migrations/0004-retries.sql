-- What executors tell, by the day on which it happened, so that what is too old goes with its table and not row by row.
create table dashboard.retry_event (
    id              uuid not null,
    at              timestamptz not null,
    source          text not null,
    host            text not null,
    process         text not null,
    thread          text not null,
    app_name        text,
    run_id          text,
    resource        text not null,
    backend         text not null,
    executor        text not null,
    attempt         integer not null,
    outcome         text not null,
    exc_type        text,
    exc_value       text,
    code            text,
    class           text,
    delay_s         double precision,
    next_attempt_at timestamptz,
    kept_at         timestamptz not null default now(),
    primary key (id, at)
) partition by range (at);

-- Days long past (an old log was read) and days to come (a clock is wrong). Pruned by when it was kept.
create table dashboard.retry_event_other partition of dashboard.retry_event default;
create index retry_event_other_kept_idx on dashboard.retry_event_other (kept_at);

-- Makes the table of a day, with what the other one holds of it. Who calls holds the lock, so two never make the same.
create function dashboard.make_retry_day(day date) returns void language plpgsql as $$
declare
    name text := 'retry_event_' || to_char(day, 'YYYYMMDD');
    first timestamptz := day::timestamp at time zone 'UTC';
    past timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
    if to_regclass('dashboard.' || name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('crontabber dashboard retry days', 0));
    if to_regclass('dashboard.' || name) is not null then
        return;
    end if;
    execute format('create table dashboard.%I (like dashboard.retry_event including defaults including constraints)', name);
    execute format('with moved as (delete from dashboard.retry_event_other where at >= %L and at < %L returning *) insert into dashboard.%I select * from moved', first, past, name);
    execute format('alter table dashboard.retry_event attach partition dashboard.%I for values from (%L) to (%L)', name, first, past);
end
$$;

-- Drops the tables of days before one; answers how many.
create function dashboard.drop_retry_days(before date) returns integer language plpgsql as $$
declare
    name text;
    dropped integer := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('crontabber dashboard retry days', 0));
    for name in
        select child.relname
          from pg_inherits
          join pg_class child on child.oid = inhrelid
         where inhparent = 'dashboard.retry_event'::regclass
           and child.relname ~ '^retry_event_[0-9]{8}$'
           and child.relname < 'retry_event_' || to_char(before, 'YYYYMMDD')
         order by child.relname
    loop
        execute format('drop table dashboard.%I', name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

-- The failures of one process, thread and resource in a row. The key is a hash of who; of each the newest streak is marked.
create table dashboard.retry_streak (
    id              uuid primary key,
    key             uuid not null,
    newest          boolean not null,
    source          text not null,
    host            text not null,
    process         text not null,
    thread          text not null,
    app_name        text,
    run_id          text,
    resource        text not null,
    backend         text not null,
    executor        text not null,
    started_at      timestamptz not null,
    state           text not null,
    ended_at        timestamptz,
    attempts        integer not null,
    heard_at        timestamptz not null,
    delay_s         double precision,
    next_attempt_at timestamptz,
    exc_type        text,
    exc_value       text,
    code            text,
    class           text,
    marks           jsonb not null,
    changed_at      timestamptz not null default now()
);

create unique index retry_streak_newest_idx on dashboard.retry_streak (key) where newest;
create index retry_streak_open_idx on dashboard.retry_streak (source, resource, started_at) where state = 'open';
create index retry_streak_ended_idx on dashboard.retry_streak (source, resource, ended_at desc) where ended_at is not null;
create index retry_streak_changed_idx on dashboard.retry_streak (changed_at);

-- Every resource ever heard of, and who got through last.
create table dashboard.retry_resource (
    source         text not null,
    resource       text not null,
    backend        text not null,
    heard_at       timestamptz not null,
    got_through_at timestamptz,
    got_through_by text,
    primary key (source, resource)
);

create index retry_resource_heard_idx on dashboard.retry_resource (heard_at);

create table dashboard.retry_minute (
    source    text not null,
    resource  text not null,
    minute    timestamptz not null,
    succeeded bigint not null default 0,
    failed    bigint not null default 0,
    recovered bigint not null default 0,
    dropped   bigint not null default 0,
    primary key (source, resource, minute)
);

create index retry_minute_idx on dashboard.retry_minute (minute);

-- Batches that carried counts: these have no ids of their own.
create table dashboard.retry_batch (
    id      uuid primary key,
    kept_at timestamptz not null default now()
);

create index retry_batch_kept_idx on dashboard.retry_batch (kept_at);

-- Invocations of runners.
create table dashboard.tick (
    id            uuid primary key,
    source        text not null,
    host          text not null,
    process       text not null,
    runner        text not null,
    started_at    timestamptz not null,
    heard_at      timestamptz not null,
    ended_at      timestamptz,
    exit_code     integer,
    running       text,
    succeeded     integer not null,
    failed        integer not null,
    ended_because text,
    changed_at    timestamptz not null default now()
);

create index tick_source_idx on dashboard.tick (source, started_at desc);
create index tick_changed_idx on dashboard.tick (changed_at);

-- How far each followed log was read.
create table dashboard.retry_log (
    log        text primary key,
    file       text not null,
    place      bigint not null,
    state      bytea not null,
    lines      bigint not null,
    unreadable bigint not null,
    samples    text[] not null,
    changed_at timestamptz not null default now()
);

create table dashboard.retry_log_hour (
    log        text not null,
    hour       timestamptz not null,
    lines      bigint not null,
    unreadable bigint not null,
    primary key (log, hour)
);

-- What pings by name, and the tick it began and has not ended.
create table dashboard.ping (
    source     text not null,
    slug       text not null,
    open_tick  uuid,
    started_at timestamptz,
    last_at    timestamptz not null,
    primary key (source, slug)
);
