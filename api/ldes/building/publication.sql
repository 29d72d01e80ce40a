-- What was published after a sequence.
-- $1 bigint the sequence that was read last, $2 int rows
select first_sequence, last_sequence, published_to, batch
from publication
where last_sequence > $1
order by last_sequence
limit $2
