-- Tokens that log a browser in, each once. Only the hash is kept, and the row goes when it is used.
create table dashboard.login_token (
    hash       bytea primary key,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);

-- What cookies are signed with: shared by all nodes, so that a login outlives a restart and holds on each of them.
create table dashboard.protection_key (
    id         bigint generated always as identity primary key,
    name       text not null,
    xml        text not null,
    created_at timestamptz not null default now()
);
