-- Which node does what only one may do. Nobody holds it longer than until it says, so that a node that is gone is followed by another.
create table dashboard.lease (
    name   text primary key,
    holder text not null,
    until  timestamptz not null,
    term   bigint not null default 1
);

-- Troubles by their root, each from when it was first said until it was over. A root has one at a time.
create table dashboard.incident (
    id        uuid primary key,
    source    text not null,
    root_kind text not null,
    root      text not null,
    app_name  text,
    opened_at timestamptz not null,
    state     text not null,
    paged_at  timestamptz,
    closed_at timestamptz,
    version   integer not null,
    detail    text not null
);

comment on column dashboard.incident.opened_at is 'by the clock of the source, as closed_at; paged_at by our own';

create unique index incident_open_idx on dashboard.incident (source, root_kind, root) where closed_at is null;
create index incident_newest_idx on dashboard.incident (source, opened_at desc);
create index incident_job_idx on dashboard.incident (source, app_name, opened_at desc);

-- What people said of a trouble. Only ever added to; the newest of each kind holds.
create table dashboard.incident_mark (
    id       uuid primary key,
    incident uuid not null references dashboard.incident on delete cascade,
    kind     text not null check (kind in ('ack', 'snooze', 'needed', 'not-needed')),
    until    timestamptz,
    said_by  text not null,
    reason   text not null,
    said_at  timestamptz not null default now()
);

create index incident_mark_idx on dashboard.incident_mark (incident, said_at);

-- When nothing is sent: of a job, or of a whole source.
create table dashboard.silence (
    id        uuid primary key,
    source    text not null,
    app_name  text,
    starts_at timestamptz not null,
    ends_at   timestamptz not null check (ends_at > starts_at),
    said_by   text not null,
    reason    text not null,
    said_at   timestamptz not null default now(),
    ended_at  timestamptz,
    ended_by  text
);

create index silence_idx on dashboard.silence (source, ends_at) where ended_at is null;

-- Moments of healing that were told, and whether they came true.
create table dashboard.promise (
    id         uuid primary key,
    source     text not null,
    app_name   text not null,
    made_at    timestamptz not null,
    likely     timestamptz,
    by80       timestamptz not null,
    grade      text not null,
    settled_at timestamptz,
    kept       boolean
);

create unique index promise_open_idx on dashboard.promise (source, app_name) where settled_at is null;
create index promise_newest_idx on dashboard.promise (source, made_at desc);

-- Every change of what was said: of a job, or without a name of the whole source.
create table dashboard.verdict_event (
    id       uuid primary key,
    source   text not null,
    app_name text,
    at       timestamptz not null,
    verdict  text not null,
    before   text,
    headline text not null,
    detail   text not null
);

create index verdict_event_job_idx on dashboard.verdict_event (source, app_name, at desc, id desc);
create index verdict_event_at_idx on dashboard.verdict_event (source, at desc, id desc);

-- Every change of where a job stands, with its row as it was.
create table dashboard.job_event (
    id       uuid primary key,
    source   text not null,
    app_name text not null,
    at       timestamptz not null,
    state    text not null,
    before   text,
    because  text not null,
    detail   text not null
);

create index job_event_job_idx on dashboard.job_event (source, app_name, at desc, id desc);

-- What is to be told, written in the transaction in which it is decided: what is not marked as told is told again, by the same name.
create table dashboard.notification (
    id       uuid primary key,
    incident uuid not null references dashboard.incident on delete cascade,
    channel  text not null,
    action   text not null check (action in ('trigger', 'update', 'acknowledge', 'resolve')),
    version  integer not null,
    body     text not null,
    made_at  timestamptz not null default now(),
    state    text not null default 'waiting' check (state in ('waiting', 'sent', 'refused', 'superseded')),
    attempts integer not null default 0,
    next_at  timestamptz not null default now(),
    ended_at timestamptz,
    trouble  text,
    unique (incident, channel, action, version)
);

create index notification_waiting_idx on dashboard.notification (next_at) where state = 'waiting';
