-- Keys by which machines come in. The key itself is shown once, when it is made; only its hash is kept.
create table dashboard.api_key (
    id           bigint generated always as identity primary key,
    name         text not null,
    hash         bytea not null unique,
    role         text not null,
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at   timestamptz,
    revoked_at   timestamptz
);

-- A name may be used again once its key is revoked.
create unique index api_key_name_idx on dashboard.api_key (name) where revoked_at is null;
