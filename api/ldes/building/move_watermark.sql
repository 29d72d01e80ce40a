-- Let nothing be published any more before this millisecond. Needs the publication lane's lock: no
-- transaction is between numbering and its commit then.
update publication_lane
set last_published_at = now_in_milliseconds,
    published_in_last = case
        when last_published_at = now_in_milliseconds then published_in_last else 0
    end
from (
    select greatest(last_published_at, date_trunc('milliseconds', clock_timestamp()))
        as now_in_milliseconds
    from publication_lane
) as clock
returning last_sequence, last_published_at
