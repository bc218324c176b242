-- What the provider calls the login a session came of: with it the provider can end that one, and not only all of a person's.
alter table dashboard.session add column provider_session text;

comment on column dashboard.session.provider_session is 'the sid of the identity token; null where the provider gave none';
