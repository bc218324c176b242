-- The dashboard's own records of runs, so that years of history are found by index although the observed log has none.
create table dashboard.run_source (
    id   integer generated always as identity primary key,
    name text not null unique
);

-- One row for each row of the log that was seen. Ids start anew after a truncate, so the time belongs to the key.
create table dashboard.run_record (
    source      integer not null references dashboard.run_source,
    log_time    timestamptz not null,
    id          bigint not null,
    outcome     smallint not null,
    job         text not null,
    duration    bigint,
    success     timestamptz,
    fingerprint text,
    primary key (source, log_time, id)
);

comment on column dashboard.run_record.outcome is '0 success, 1 failure, 2 unknown';
comment on column dashboard.run_record.duration is 'microseconds';

create index run_record_job_idx on dashboard.run_record (source, job, log_time desc, id desc);
create index run_record_slot_idx on dashboard.run_record (source, job, success) where success is not null;
create index run_record_failure_idx on dashboard.run_record (source, log_time) include (fingerprint, job) where fingerprint is not null;
create index run_record_group_idx on dashboard.run_record (source, fingerprint, log_time desc, id desc) where fingerprint is not null;

-- What failures have in common; texts without secrets. The sample is the newest failure recorded.
create table dashboard.failure_group (
    source           integer not null references dashboard.run_source,
    fingerprint      text not null,
    type             text not null,
    pattern          text not null,
    place            text not null,
    class            text not null,
    code             text,
    because          text not null,
    first_seen       timestamptz not null,
    last_seen        timestamptz not null,
    sample_id        bigint not null,
    sample_job       text not null,
    sample_value     text not null,
    sample_traceback text not null,
    primary key (source, fingerprint)
);

create index failure_group_seen_idx on dashboard.failure_group (source, last_seen desc, fingerprint);

-- How far the walk back through a log has come. Every row at the place or after it with at most the newest id is recorded.
create table dashboard.run_walk (
    source     integer primary key references dashboard.run_source,
    file       bigint not null,
    newest     bigint not null,
    place      bigint not null,
    span       bigint not null,
    since      timestamptz,
    whole      boolean not null,
    holder     uuid,
    held_until timestamptz
);
