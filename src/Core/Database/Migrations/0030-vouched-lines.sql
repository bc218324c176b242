-- A word that somebody gives for a line of the checklist rests on nothing but who gave it: it counts only together with its line in the audit.
alter table dashboard.store_cutover_word add column audit_line bigint;

comment on column dashboard.store_cutover_word.audit_line is 'the line of dashboard.audit that says who vouched for it, when and why; null for what was tried';
