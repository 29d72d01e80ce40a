-- What retention and erasure have in common.

-- Removes an earlier version of an observation; returns what was published of it.
create or replace function remove_version(
    datastream integer, start timestamptz, version bigint
)
returns table (
    datastream_id integer, phenomenon_start timestamptz, result_time timestamptz,
    published_at timestamptz, sequence bigint
)
language sql as $$
    with gone as (
        delete from observation_version as v
        where v.datastream_id = datastream and v.phenomenon_start = start and v.sequence = version
        returning v.*
    )
    select g.datastream_id, g.phenomenon_start, g.result_time, g.published_at, g.sequence
    from gone as g
    union all
    -- A withdrawal was published with what it withdrew.
    select g.datastream_id, g.phenomenon_start, g.result_time, g.replaced_at, g.replaced_by
    from gone as g
    where g.withdrawn
$$;
