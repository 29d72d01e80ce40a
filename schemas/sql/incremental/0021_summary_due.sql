-- The oldest that is over and changed is found at once, however many hours and days wait; those that
-- still run, of which all live datastreams have two, are not looked at. What has not rested yet is
-- passed over within the index, without a look at its row.
create index summary_due on summary (bucket_end, changed_at) where changed_at is not null;
drop index summary_changed;
