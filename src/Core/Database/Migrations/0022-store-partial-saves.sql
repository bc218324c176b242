-- Saves that reached one store and not the other: open until the copier has put them right, or somebody has to look.
create table dashboard.store_partial_save (
    crash_id    text not null,
    kind        text not null check (kind in ('raw', 'processed', 'both')),
    missing     text not null,
    composite   text not null,
    has         text[] not null,
    error       text,
    state       text not null default 'open' check (state in ('open', 'repaired', 'conflict')),
    times       integer not null default 1,
    attempts    integer not null default 0,
    first_at    timestamptz not null default now(),
    last_at     timestamptz not null default now(),
    next_try_at timestamptz not null default now(),
    settled_at  timestamptz,
    primary key (crash_id, kind, missing)
);

create index store_partial_save_due_idx on dashboard.store_partial_save (next_try_at) where state = 'open';
create index store_partial_save_settled_idx on dashboard.store_partial_save (settled_at) where state = 'repaired';
