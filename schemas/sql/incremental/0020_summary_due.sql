-- The oldest that is over and changed is found at once, however many hours and days wait; those that
-- still run, of which all live datastreams have two, are not looked at.
create index summary_due on summary (bucket_end, datastream_id) where changed_at is not null;
drop index summary_changed;
