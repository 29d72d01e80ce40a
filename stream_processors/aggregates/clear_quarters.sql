-- Delete touched quarters that have no numbers left.
delete from aggregate as a
using touched as t
where a.datastream_id = t.datastream_id
    and a.period = 'quarter'
    and a.bucket_start = t.bucket_start
    and not exists (
        select from observation as o
        where o.datastream_id = t.datastream_id
            and o.phenomenon_start >= t.bucket_start
            and o.phenomenon_start < t.bucket_start + interval '15 minutes'
            and o.result_number is not null
    )
