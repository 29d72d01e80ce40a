-- Count what became of readings that were brought again.
-- $1 text[]: replays
-- $2 … $10 bigint[]: normalised, empty, rejected, observations, duplicates, corrections,
--     withdrawals, withheld, dead letters
update replay as r
set normalised = r.normalised + w.normalised,
    empty = r.empty + w.empty,
    rejected = r.rejected + w.rejected,
    observations = r.observations + w.observations,
    duplicates = r.duplicates + w.duplicates,
    corrections = r.corrections + w.corrections,
    withdrawals = r.withdrawals + w.withdrawals,
    withheld = r.withheld + w.withheld,
    dead_letters = r.dead_letters + w.dead_letters
from unnest(
    $1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]
) as w (
    replay, normalised, empty, rejected, observations, duplicates, corrections, withdrawals,
    withheld, dead_letters
)
where r.replay = w.replay
