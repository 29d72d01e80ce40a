-- Chunks of observations that reach into a time.
-- $1 timestamptz, $2 timestamptz: begin and end
select format('%I.%I', chunk_schema, chunk_name) as relation
from timescaledb_information.chunks
where hypertable_schema = 'public' and hypertable_name = 'observation'
    and range_start < $2 and range_end > $1::timestamptz - interval '31 days'
