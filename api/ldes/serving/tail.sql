-- What was published and not looked at yet by the builder.
-- $1 int batches
select last_sequence, batch
from publication
where last_sequence > (select sequence from event_progress)
order by last_sequence
limit $1
