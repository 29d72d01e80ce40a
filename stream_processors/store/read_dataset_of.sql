-- Which datasets and things datastreams belong to.
-- $1 integer[]: datastreams
select datastream_id, dataset_id, thing_id from datastream where datastream_id = any($1)
