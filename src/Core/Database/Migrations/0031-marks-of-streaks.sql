-- The marks of a streak are read back whole and never looked into: as text they are not taken apart and put together again for each of the thousands that come with a batch.
-- What was kept before stays as it is and goes with its streak, so nothing is written anew here.
alter table dashboard.retry_streak alter column marks drop not null;
alter table dashboard.retry_streak add column marks_text text;
