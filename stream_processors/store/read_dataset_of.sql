-- Which datasets datastreams belong to.
-- $1 integer[]: datastreams
select datastream_id, dataset_id from datastream where datastream_id = any($1)
