-- Every tree of crash stores a dashboard took into use, when it was not the one before: since when stores are written together, and since when one is out.
create table dashboard.store_tree (
    tree_id     bigint generated always as identity primary key,
    accepted_at timestamptz not null default now(),
    node        text not null,
    who         text not null,
    shape       jsonb not null
);

-- Each store a tree ever had: who still has it, and when it was called last. The moments of calls are by the clock of the node, those of naming by this database's.
create table dashboard.store_use (
    store    text primary key,
    class    text not null,
    since    timestamptz not null default now(),
    named_at timestamptz not null default now(),
    named_by text not null,
    read_at  timestamptz,
    wrote_at timestamptz,
    reads    bigint not null default 0,
    writes   bigint not null default 0
);

-- Comparisons of two stores that were to be kept, as evidence.
create table dashboard.store_parity (
    parity_id   bigint generated always as identity primary key,
    source      text not null,
    target      text not null,
    from_day    date not null,
    to_day      date not null,
    seam        date[] not null,
    begun_at    timestamptz not null,
    ended_at    timestamptz not null,
    same        bigint not null,
    only_source bigint not null,
    only_target bigint not null,
    differs     bigint not null,
    unread      bigint not null,
    drawn       bigint not null,
    bad         bigint not null,
    upper99     double precision not null
);

create index store_parity_newest_idx on dashboard.store_parity (source, target, ended_at desc);

-- What was tried once, or what somebody vouches for, before an old store is left. The newest word of each line holds.
create table dashboard.store_cutover_word (
    old     text not null,
    new     text not null,
    line    text not null,
    ok      boolean not null,
    words   text not null,
    said_by text not null,
    said_at timestamptz not null default now(),
    primary key (old, new, line)
);
