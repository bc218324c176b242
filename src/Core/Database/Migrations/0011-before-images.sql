-- The rows as they were are kept for as long as an undo can come, and found by how old they are.
create index action_before_idx on dashboard.action (made_at) where before_cells is not null;
