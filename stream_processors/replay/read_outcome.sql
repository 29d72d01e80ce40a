-- What came of a replay so far.
-- $1 text: name of the replay
select
    normalised, empty, rejected, observations, duplicates, corrections, withdrawals, withheld,
    dead_letters
from replay
where replay = $1
