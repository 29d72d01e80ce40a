-- What was erased, or is being erased, and must not be stored again.
select erasure_id, thing_id, datastream_id, from_time, to_time
from erasure
where thing_id is not null
order by erasure_id
