-- Copies from one crash store to another: what is copied, how far each part is, what could not be copied.
create table dashboard.store_copy (
    copy_id    bigint generated always as identity primary key,
    source     text not null,
    target     text not null,
    from_day   date not null,
    to_day     date not null,
    started_at timestamptz not null default now(),
    unique (source, target, from_day, to_day)
);

-- A day's crashes whose ids begin with the same digit. Whoever holds the lease moves it on; the token fences off whoever held it before.
create table dashboard.store_copy_shard (
    copy_id     bigint not null references dashboard.store_copy on delete cascade,
    day         date not null,
    salt        text not null,
    done        boolean not null default false,
    last_id     text,
    crashes     bigint not null default 0,
    created     bigint not null default 0,
    present     bigint not null default 0,
    bytes       bigint not null default 0,
    lease_owner text,
    lease_token uuid,
    lease_until timestamptz,
    changed_at  timestamptz not null default now(),
    primary key (copy_id, day, salt)
);

create index store_copy_shard_open_idx on dashboard.store_copy_shard (copy_id, day desc, salt) where not done;

-- What could not be copied, or is something else in the target: the copy is done when none of these is left, or somebody said that it need not be.
create table dashboard.store_copy_failure (
    copy_id   bigint not null references dashboard.store_copy on delete cascade,
    crash_id  text not null,
    item      text not null,
    outcome   text not null,
    error     text,
    attempts  integer not null default 1,
    first_at  timestamptz not null default now(),
    last_at   timestamptz not null default now(),
    primary key (copy_id, crash_id, item)
);
