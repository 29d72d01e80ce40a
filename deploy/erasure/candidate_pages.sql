-- Closed pages in which something of the erased time may lie: what was published since, or as early
-- as something that is to be erased.
-- $1 integer[]: datasets; $2 integer[]: datastreams; $3 timestamptz, $4 timestamptz: begin and end
-- $5 text[]: kinds of streams; $6 timestamptz: complete since
with earliest as (
    select min(sequence) as sequence
    from (
        select min(sequence) as sequence
        from observation
        where datastream_id = any($2) and phenomenon_start < $4
            and (phenomenon_start >= $3 or phenomenon_end > $3)
        union all
        select min(sequence)
        from observation_version
        where datastream_id = any($2) and phenomenon_start < $4
            and (phenomenon_start >= $3 or phenomenon_end > $3)
    ) as found
)
select event_stream_id, page, name
from event_page
join event_stream using (event_stream_id)
where dataset_id = any($1)
    and kind = any($5)
    and (
        upper_time >= $6
        or kind = 'observations' and last_sequence >= (select sequence from earliest)
    )
order by event_stream_id, page
