-- What comparisons of two crash stores found, also by day and kind, with what a sample says of what a listing does not show: of the newest of each two stores a page is made. A comparison that says not how it was drawn is from before.
alter table dashboard.store_parity
    add column sample_rate double precision,
    add column least       integer,
    add column seed        bigint;

create index store_parity_pair_idx on dashboard.store_parity (source, target, parity_id desc);

create table dashboard.store_parity_cell (
    parity_id   bigint not null references dashboard.store_parity on delete cascade,
    day         date not null,
    kind        text not null,
    same        bigint not null,
    only_source bigint not null,
    only_target bigint not null,
    differs     bigint not null,
    read        bigint not null,
    unread      bigint not null,
    drawn       bigint not null,
    bad         bigint not null,
    primary key (parity_id, day, kind)
);

-- By name, as many as were asked for.
create table dashboard.store_parity_item (
    parity_id bigint not null references dashboard.store_parity on delete cascade,
    crash_id  text not null,
    item      text not null,
    outcome   text not null,
    primary key (parity_id, crash_id, item)
);
