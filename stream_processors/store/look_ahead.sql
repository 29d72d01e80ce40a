-- Outside of the lane: is everything that came new, and how far was the lane when we looked?
-- In one statement, so that both are seen at the same moment.
-- $1 timestamptz: first phenomenon start of the batch (lets a hypertable leave out chunks)
-- $2 timestamptz: last phenomenon start of the batch
select
    last_sequence,
    not exists (
        select
        from incoming as i
        where i.withdrawn
            or exists (
                select from observation as o
                where o.datastream_id = i.datastream_id
                    and o.phenomenon_start = i.phenomenon_start
                    and o.phenomenon_start between $1 and $2
            )
            or exists (
                select from observation_version as v
                where v.datastream_id = i.datastream_id
                    and v.phenomenon_start = i.phenomenon_start
            )
    ) as all_new
from publication_lane
