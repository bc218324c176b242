-- People who are in. The cookie holds nothing but the id; what somebody may stands here, so it can be taken away at once and on every node.
create table dashboard.session (
    id         uuid primary key,
    name       text not null,
    role       text not null check (role in ('viewer', 'operator', 'admin')),
    via        text not null check (via in ('link', 'oidc', 'proxy')),
    subject    text,
    address    text not null,
    agent      text not null,
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    ends_at    timestamptz not null,
    ended_at   timestamptz,
    ended_by   text
);

comment on column dashboard.session.subject is 'who it is to the provider or proxy that vouched; null for a login link';

create index session_live_idx on dashboard.session (ends_at) where ended_at is null;
create index session_person_idx on dashboard.session (via, subject) where ended_at is null;

-- People whom a provider or proxy still vouches for and who may not come in all the same.
create table dashboard.barred (
    via       text not null check (via in ('oidc', 'proxy')),
    subject   text not null,
    name      text not null,
    barred_at timestamptz not null default now(),
    barred_by text not null,
    primary key (via, subject)
);

-- A link is made for somebody, who then is what it says.
alter table dashboard.login_token
    add column name text not null default 'operator',
    add column role text not null default 'operator' check (role in ('viewer', 'operator', 'admin'));

-- Where a session that a proxy vouches for is found again without a cookie.
create unique index session_proxy_idx on dashboard.session (subject) where via = 'proxy' and ended_at is null;

alter table dashboard.api_key
    add column made_by text,
    add column revoked_by text;
