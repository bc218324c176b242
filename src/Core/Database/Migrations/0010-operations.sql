-- Work of many parts that is followed to its end: the slots a backfill chose one by one, or one action on many jobs. It outlives whoever asked for it.
create table dashboard.operation (
    id            uuid primary key,
    kind          text not null check (kind in ('slots', 'jobs')),
    source        text not null,
    action_kind   text not null,
    app_name      text,
    wish          text,
    summary       text not null,
    state         text not null check (state in ('planning', 'planned', 'active', 'paused', 'done', 'cancelled', 'withdrawn')),
    because       text,
    made_at       timestamptz not null default now(),
    made_by       text not null,
    actor         text,
    role          text,
    via           text,
    address       text,
    session       uuid,
    api_key       bigint,
    reason        text,
    committed_at  timestamptz,
    finished_at   timestamptz,
    audited       boolean not null default false,
    leased_by     uuid,
    leased_until  timestamptz
);

comment on column dashboard.operation.leased_by is 'the node that works on it; once leased_until has passed another one may';

create index operation_live_idx on dashboard.operation (source, made_at) where state in ('planning', 'planned', 'active', 'paused');
create index operation_unaudited_idx on dashboard.operation (finished_at) where finished_at is not null and not audited;
create index operation_made_idx on dashboard.operation (source, made_at desc);

-- The slots somebody chose, each run by itself by the dashboard's own runner and by nobody else. What crontabber's row says stays as it is.
create table dashboard.operation_slot (
    operation uuid not null references dashboard.operation (id) on delete cascade,
    slot      timestamptz not null,
    state     text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'not_run', 'lost', 'cancelled')),
    because   text,
    run_id    text,
    owner     uuid,
    began_at  timestamptz,
    ended_at  timestamptz,
    primary key (operation, slot)
);

comment on column dashboard.operation_slot.owner is 'the record in dashboard.runner_lock of who runs it: without one, or with one of a dead process, nobody does';

create index operation_slot_running_idx on dashboard.operation_slot (operation) where state = 'running';

-- The jobs of an action on many, in the order in which they are planned and acted on. The plan of each is an action of its own.
create table dashboard.operation_job (
    operation uuid not null references dashboard.operation (id) on delete cascade,
    place     integer not null,
    app_name  text not null,
    state     text not null default 'unplanned'
              check (state in ('unplanned', 'planned', 'refused', 'done', 'stale', 'busy', 'unknown', 'cancelled')),
    action    uuid,
    because   text,
    primary key (operation, place)
);
