-- Tell what really changes in one round of the batch, and give it its places in the one order:
-- sequences without a gap, whole milliseconds that never go back, at most $4 observations to one.
-- Needs the lane. A row that is not returned is a duplicate.
-- $1 integer: round
-- $2 timestamptz: first phenomenon start of the batch (lets a hypertable leave out chunks)
-- $3 timestamptz: last phenomenon start of the batch
-- $4 integer: most observations in a millisecond
with lane as materialized (
    select
        last_sequence,
        greatest(last_published_at, date_trunc('milliseconds', clock_timestamp())) as from_time,
        last_published_at,
        published_in_last
    from publication_lane
),
judged as (
    select
        i.*,
        c.sequence as replaced_sequence,
        c.result_time as replaced_result_time,
        c.phenomenon_end as replaced_end,
        c.result_number as replaced_number,
        c.result_json as replaced_json,
        c.quality as replaced_quality,
        case
            -- What was derived was judged where it was made: it differs from what there is, if
            -- only in its flags.
            when i.reading_partition < 0 then case
                when i.withdrawn then 'withdrawn'
                when c.sequence is null then 'new'
                else 'corrected'
            end
            -- A reading takes back what it gave itself, not what another has put in its place.
            when i.withdrawn then case when c.received_time = i.received_time
                and c.reading_partition = i.reading_partition
                and c.reading_offset = i.reading_offset then 'withdrawn' end
            when c.result_number = i.result_number or c.result_json = i.result_json then null
            -- Of several readings that are replayed the last one holds, in whatever order they
            -- come; one that only repeated others takes what is free.
            when i.replayed then case
                when c.sequence is null then 'new'
                when c.received_time = i.received_time
                    and c.reading_partition = i.reading_partition
                    and c.reading_offset = i.reading_offset then 'corrected'
                when not i.repeats
                    and (c.received_time, c.reading_offset) < (i.received_time, i.reading_offset)
                    then 'corrected'
            end
            when exists (
                select from observation_version as v
                where v.datastream_id = i.datastream_id
                    and v.phenomenon_start = i.phenomenon_start
                    and (v.result_number = i.result_number or v.result_json = i.result_json)
                    and v.result_time >= i.result_time
                    and not v.disowned
            ) then null
            when c.sequence is null then 'new'
            else 'corrected'
        end as change
    from incoming as i
    left join observation as c
        on c.datastream_id = i.datastream_id
        and c.phenomenon_start = i.phenomenon_start
        and c.phenomenon_start between $2 and $3
    where i.round = $1
),
numbered as (
    select
        j.*,
        row_number() over (order by j.position) as place,
        case when lane.from_time = lane.last_published_at then lane.published_in_last else 0 end
            + row_number() over (order by j.position) - 1 as slot,
        lane.last_sequence,
        lane.from_time
    from judged as j cross join lane
    where j.change is not null
),
lane_after as (
    update publication_lane
    set last_sequence = n.last_sequence + n.place,
        last_published_at = n.from_time + (n.slot / $4) * interval '1 millisecond',
        published_in_last = n.slot % $4 + 1
    from (select * from numbered order by place desc limit 1) as n
)
insert into changed
select
    position, round, datastream_id, reading_partition, phenomenon_start,
    case when withdrawn then replaced_end else phenomenon_end end,
    case when withdrawn then replaced_result_time else result_time end,
    received_time, reading_offset,
    case when withdrawn then replaced_number else result_number end,
    case when withdrawn then replaced_json else result_json end,
    case when withdrawn then replaced_quality else quality end,
    raw_result, withdrawn, replayed, repeats, change,
    last_sequence + place,
    from_time + (slot / $4) * interval '1 millisecond',
    replaced_result_time
from numbered
order by place
returning position, change, sequence, published_at,
    phenomenon_end, result_time, result_number, result_json, quality
