-- Observations that a run brought, current or corrected since.
-- $1 bigint: last sequence before the run
select
    (select count(*) from observation where sequence > $1)
    + (select count(*) from observation_version where sequence > $1)
