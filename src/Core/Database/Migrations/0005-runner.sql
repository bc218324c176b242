-- Who holds the lock of a job: beside crontabber's columns, not in them. Written before the lock is taken, deleted after it is given back.
create table dashboard.runner_lock (
    id         uuid primary key,
    source     text not null,
    app_name   text not null,
    ongoing    timestamptz not null,
    host       text not null,
    boot_id    text not null,
    process    integer not null,
    started    bigint not null,
    started_at timestamptz not null default now(),
    heard_at   timestamptz not null default now()
);

comment on column dashboard.runner_lock.ongoing is 'the lock itself, as it stands in crontabber.ongoing: by it owner and lock are matched';
comment on column dashboard.runner_lock.boot_id is 'of the kernel, and the space its process numbers are of';
comment on column dashboard.runner_lock.started is 'when the process began, in the kernel''s own ticks: numbers of processes are used again';

create index runner_lock_job_idx on dashboard.runner_lock (source, app_name, ongoing);

-- What crontabber's log cannot say: which slot failed, and runs that ended without an end.
create table dashboard.run_slot (
    id         bigint generated always as identity primary key,
    source     text not null,
    app_name   text not null,
    run_id     text not null,
    slot       timestamptz,
    outcome    text not null check (outcome in ('failed', 'cancelled', 'taken_over', 'superseded', 'unwritten')),
    started_at timestamptz not null,
    noted_at   timestamptz not null default now(),
    because    text not null
);

comment on column dashboard.run_slot.slot is 'null for a job that does not backfill, or when it is not known';
comment on column dashboard.run_slot.outcome is
    'failed; cancelled: the runner was asked to quit; taken_over: its owner was dead; superseded: it ended after somebody else had taken its lock; unwritten: its row was held for too long';

create index run_slot_job_idx on dashboard.run_slot (source, app_name, noted_at desc);
