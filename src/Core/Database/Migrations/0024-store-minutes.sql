-- What was asked of crash stores, by the minute, as the programs saw it that asked: of any number of operations one row. The buckets are those of Latencies, half an octave each from 0.1 ms on.
create table dashboard.store_minute (
    store     text not null,
    operation text not null,
    minute    timestamptz not null,
    succeeded bigint not null default 0,
    not_found bigint not null default 0,
    failed    bigint not null default 0,
    buckets   bigint[] not null,
    primary key (store, operation, minute)
);

create index store_minute_minute_idx on dashboard.store_minute (minute);
