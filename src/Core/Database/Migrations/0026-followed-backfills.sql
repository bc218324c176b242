-- Backfills that crontabber makes by itself once its row was set back: the dashboard only looks on, and says of each slot what became of it.
alter table dashboard.operation drop constraint operation_kind_check;
alter table dashboard.operation add constraint operation_kind_check check (kind in ('slots', 'jobs', 'row'));
alter table dashboard.operation add column followed_since timestamptz;

comment on column dashboard.operation.followed_since is 'by the clock of the observed database: runs that ended later are of this backfill';
