-- Chunks that lie wholly before a time, the oldest first.
-- $1 timestamptz: the time
select chunk_schema, chunk_name, range_start, range_end
from timescaledb_information.chunks
where hypertable_schema = 'public' and hypertable_name = 'observation' and range_end <= $1
order by range_start
