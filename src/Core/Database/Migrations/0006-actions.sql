-- Planned actions and what became of each. A plan is carried out by its id alone, so that what was seen is what is done.
create table dashboard.action (
    id             uuid primary key,
    made_at        timestamptz not null default now(),
    expires_at     timestamptz not null,
    source         text not null,
    app_name       text not null,
    kind           text not null,
    planned_by     text not null,
    plan           text not null,
    before_cells   text,
    before_version text,
    state          text not null default 'planned' check (state in ('planned', 'committing', 'done', 'stale', 'refused', 'nothing', 'unknown', 'withdrawn')),
    attempt        integer not null default 0,
    actor          text,
    role           text,
    via            text,
    address        text,
    reason         text,
    claimed_at     timestamptz,
    observed_xid   bigint,
    finished_at    timestamptz,
    sentence       text,
    difference     text,
    version_after  text,
    undoes         uuid,
    undone_by      uuid,
    operation      uuid
);

comment on column dashboard.action.before_cells is 'the row as it was, cell by cell and whole, for an undo; emptied when no undo can come any more';
comment on column dashboard.action.observed_xid is 'the transaction in the observed database, noted before it changes anything: by it a lost answer is asked for';

create index action_committing_idx on dashboard.action (claimed_at) where state = 'committing';
create index action_job_idx on dashboard.action (source, app_name, made_at desc);
create index action_operation_idx on dashboard.action (operation) where operation is not null;
create index action_old_idx on dashboard.action (made_at);

-- Jobs that are kept from running. The runner only sees next_run; why, by whom and until when stands here.
create table dashboard.job_hold (
    action          uuid primary key,
    source          text not null,
    app_name        text not null,
    until           timestamptz not null,
    held_by         text not null,
    reason          text not null,
    since           timestamptz not null default now(),
    next_run_before timestamptz,
    ended_at        timestamptz,
    ended_by        uuid
);

create unique index job_hold_one_idx on dashboard.job_hold (source, app_name) where ended_at is null;

-- That somebody knows. It holds as long as the row's last run and lock are those it was said of.
create table dashboard.acknowledgement (
    action   uuid primary key,
    source   text not null,
    app_name text not null,
    said_by  text not null,
    reason   text not null,
    said_at  timestamptz not null default now(),
    last_run timestamptz,
    ongoing  timestamptz,
    ended_at timestamptz
);

create index acknowledgement_job_idx on dashboard.acknowledgement (source, app_name) where ended_at is null;

-- Who did what. Each line carries the hash of the one before it, so that no line can be changed, taken out or moved without being found.
create table dashboard.audit (
    seq         bigint primary key,
    at          timestamptz not null,
    event       text not null,
    action      uuid,
    actor       text not null,
    role        text not null,
    via         text not null,
    address     text,
    source      text,
    app_name    text,
    kind        text,
    reason      text,
    summary     text not null,
    before_row  text,
    after_row   text,
    previous    bytea not null,
    hash        bytea not null
);

create index audit_at_idx on dashboard.audit (at);
create index audit_job_idx on dashboard.audit (source, app_name, seq);
create index audit_action_idx on dashboard.audit (action);

create function dashboard.audit_is_kept() returns trigger language plpgsql as $$
begin
    raise exception 'dashboard.audit is only ever added to' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_is_kept before update or delete on dashboard.audit for each row execute function dashboard.audit_is_kept();
create trigger audit_is_never_emptied before truncate on dashboard.audit for each statement execute function dashboard.audit_is_kept();
revoke update, delete, truncate on dashboard.audit from public;
