-- Whether a receiver may have a message although nobody knows that it took it: from when it is taken up until it is known not to have arrived. What an earlier attempt came to says nothing of the next one.
alter table dashboard.notification add column unanswered boolean not null default false;
update dashboard.notification set unanswered = true where state = 'waiting' and attempts > 0 and coalesce(trouble = 'It did not answer in time.', true);
