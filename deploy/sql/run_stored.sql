-- Observations that readings of a run brought, current or corrected since. What was made of several
-- readings, as the differences of a register are, is of none of them.
-- $1 bigint: last sequence before the run
select
    (select count(*) from observation where sequence > $1 and reading_partition >= 0)
    + (select count(*) from observation_version where sequence > $1 and reading_partition >= 0)
