-- Say that what lies before is gone for good, before the first of it goes.
-- $1 integer: dataset
-- $2 timestamptz: what lies before is to go
update dataset set kept_from = $2 where dataset_id = $1 and kept_from < $2
