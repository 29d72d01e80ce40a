-- Count what became of the readings, in the hour in which each was received.
-- $1 text[]: cities
-- $2 text[]: profiles
-- $3 timestamptz[]: hours
-- $4 … $11 bigint[]: normalised, empty, rejected, observations, duplicates, corrections,
--     withdrawals, withheld
insert into account as a (
    city, profile, hour, normalised, empty, rejected, observations, duplicates, corrections,
    withdrawals, withheld
)
select * from unnest(
    $1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[],
    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[],
    $11::bigint[]
)
on conflict (city, profile, hour) do update set
    normalised = a.normalised + excluded.normalised,
    empty = a.empty + excluded.empty,
    rejected = a.rejected + excluded.rejected,
    observations = a.observations + excluded.observations,
    duplicates = a.duplicates + excluded.duplicates,
    corrections = a.corrections + excluded.corrections,
    withdrawals = a.withdrawals + excluded.withdrawals,
    withheld = a.withheld + excluded.withheld
