-- Whether what readings gave is in the database: as current, as an earlier version, or rightly not,
-- as it belongs to a time that its dataset does not keep, or was erased. The best of what is found:
-- own, other, withheld.
-- $1 integer[]: which reading gave it, by its place in the batch
-- $2 integer[]: which of its observations it is; it has a row for each datastream that it may be of
-- $3 integer[]: datastreams; $4 timestamptz[]: begins of the phenomenon
-- $5 integer[], $6 bigint[]: partition and offset of the reading
-- $7, $8 timestamptz: first and last begin of the phenomenon (lets a hypertable leave out chunks)
with wanted as (
    select *
    from unnest($1::integer[], $2::integer[], $3::integer[], $4::timestamptz[],
                $5::integer[], $6::bigint[])
        as w (reading, observation, datastream_id, phenomenon_start, partition, record_offset)
), found as (
    select
        w.reading, w.observation,
        case when (o.reading_partition, o.reading_offset) = (w.partition, w.record_offset)
            then 'own' else 'other' end as state
    from wanted as w
    join observation as o using (datastream_id, phenomenon_start)
    where o.phenomenon_start between $7 and $8
    union all
    select
        w.reading, w.observation,
        case when (v.reading_partition, v.reading_offset) = (w.partition, w.record_offset)
            then 'own' else 'other' end
    from wanted as w
    join observation_version as v using (datastream_id, phenomenon_start)
    union all
    select w.reading, w.observation, 'withheld'
    from wanted as w
    join datastream using (datastream_id)
    join dataset as d using (dataset_id)
    where w.phenomenon_start < greatest(
        d.kept_from,
        date_bin(
            '15 minutes',
            now() - (d.properties -> 'retention' ->> 'observations')::interval,
            '2000-01-01Z'
        )
    ) or exists (
        select from erasure as e
        where e.thing_id = datastream.thing_id
            and coalesce(e.datastream_id, w.datastream_id) = w.datastream_id
            and w.phenomenon_start < e.to_time
            -- an interval may reach into the erased time
            and w.phenomenon_start >= e.from_time - interval '31 days'
    )
)
select distinct on (reading, observation) reading, observation, state
from found
order by reading, observation, array_position(array['own', 'other', 'withheld'], state)
