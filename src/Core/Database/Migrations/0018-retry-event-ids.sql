-- The index of a day holds ids alone: so COPY itself meets what is there already, and nobody has to look first. An event told again with the time of another day is
-- looked for in the days beside its own.
alter table dashboard.retry_event drop constraint retry_event_pkey;

do $$
declare
    name text;
begin
    for name in
        select child.relname
          from pg_inherits
          join pg_class child on child.oid = inhrelid
         where inhparent = 'dashboard.retry_event'::regclass
         order by child.relname
    loop
        execute format('delete from dashboard.%1$I later using dashboard.%1$I earlier where later.id = earlier.id and later.ctid > earlier.ctid', name);
        execute format('create unique index %I on dashboard.%I (id)', name || '_id_idx', name);
    end loop;
end
$$;

-- As before, with the index. Whoever waited for the lock looks into the catalogue itself: what a session remembers of names may be older than its wait.
create or replace function dashboard.make_retry_day(day date) returns void language plpgsql as $$
declare
    name text := 'retry_event_' || to_char(day, 'YYYYMMDD');
    first timestamptz := day::timestamp at time zone 'UTC';
    past timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
    if to_regclass('dashboard.' || name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('crontabber dashboard retry days', 0));
    if exists (select from pg_class child where child.relname = name and child.relnamespace = 'dashboard'::regnamespace) then
        return;
    end if;
    execute format('create table dashboard.%I (like dashboard.retry_event including defaults including constraints)', name);
    execute format('create unique index %I on dashboard.%I (id)', name || '_id_idx', name);
    execute format('with moved as (delete from dashboard.retry_event_other where at >= %L and at < %L returning *) insert into dashboard.%I select * from moved', first, past, name);
    execute format('alter table dashboard.retry_event attach partition dashboard.%I for values from (%L) to (%L)', name, first, past);
end
$$;
