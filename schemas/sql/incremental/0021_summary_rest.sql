-- What has not rested yet is passed over within the index, without a look at its row.
drop index summary_due;
create index summary_due on summary (bucket_end, changed_at) where changed_at is not null;
