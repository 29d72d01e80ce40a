-- What was erased, newest first.
-- $1 text: city, or null for all
select
    erasure_id as "erasure", city, thing, datastream_id as "datastream", from_time as "from",
    to_time as "to", reason, asked_by as "askedBy", asked_at as "askedAt",
    finished_at as "finishedAt", counts
from erasure
where $1::text is null or city = $1
order by erasure_id desc
