-- The publications since a time, in order.
-- $1 timestamptz: since
-- $2 bigint: last sequence
select first_sequence, last_sequence, batch
from publication
where published_to >= $1 and last_sequence <= $2
order by first_sequence
