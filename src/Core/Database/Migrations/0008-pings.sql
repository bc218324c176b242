-- What other programs say of themselves by name: the newest of each, and the run it is in. Nobody wrote here before.
alter table dashboard.ping drop column open_tick;
alter table dashboard.ping
    add column run          uuid,
    add column took_s       double precision,
    add column exit_code    integer,
    add column succeeded_at timestamptz,
    add column failed_at    timestamptz,
    add column message      text;

create index ping_last_idx on dashboard.ping (last_at);
