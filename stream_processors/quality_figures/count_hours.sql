-- Count touched hours again, from their observations; delete those that have none left.
-- $1 text[]: flags of severity error
-- $2 text[]: flags of severity warning
-- $3 timestamptz: first touched moment (lets a hypertable leave out chunks)
-- $4 timestamptz: end of the last
with counted as materialized (
    select t.datastream_id, t.hour_start, s.*
    from touched_hour as t
    cross join lateral (
        with value as materialized (
            select
                o.quality,
                o.quality && $1::text[] as wrong,
                o.quality && $2::text[] as doubtful,
                delay_bucket(extract(epoch from
                    o.received_time - coalesce(o.phenomenon_end, o.phenomenon_start)
                )::double precision) as arrival,
                delay_bucket(extract(epoch from
                    o.published_at - o.received_time
                )::double precision) as publication
            from observation as o
            where o.datastream_id = t.datastream_id
                and o.phenomenon_start >= t.hour_start
                and o.phenomenon_start < t.hour_start + interval '1 hour'
                and o.phenomenon_start >= $3::timestamptz
                and o.phenomenon_start < $4::timestamptz
        )
        select
            total.*,
            (
                select jsonb_object_agg(code, times)
                from (
                    select code, count(*) as times
                    from value cross join lateral unnest(quality) as code
                    group by code
                ) as flag
            ) as flags,
            arrival.buckets as arrival_buckets,
            arrival.counts as arrival_counts,
            publication.buckets as publication_buckets,
            publication.counts as publication_counts
        from (
            select
                count(*) as observation_count,
                count(*) filter (where quality is null) as unflagged_count,
                count(*) filter (where doubtful and not wrong) as warning_count,
                count(*) filter (where wrong) as error_count
            from value
        ) as total
        cross join (
            select array_agg(bucket order by bucket), array_agg(times order by bucket)
            from (select arrival, count(*) from value group by arrival) as one (bucket, times)
        ) as arrival (buckets, counts)
        cross join (
            select array_agg(bucket order by bucket), array_agg(times order by bucket)
            from (
                select publication, count(*) from value group by publication
            ) as one (bucket, times)
        ) as publication (buckets, counts)
    ) as s
),
cleared as (
    delete from quality_hour as h
    using counted as c
    where c.observation_count = 0
        and h.datastream_id = c.datastream_id
        and h.hour_start = c.hour_start
)
insert into quality_hour as h (
    datastream_id, hour_start, observation_count, unflagged_count, warning_count, error_count,
    flags, arrival_buckets, arrival_counts, publication_buckets, publication_counts
)
select * from counted where observation_count > 0
on conflict (datastream_id, hour_start) do update set
    observation_count = excluded.observation_count,
    unflagged_count = excluded.unflagged_count,
    warning_count = excluded.warning_count,
    error_count = excluded.error_count,
    flags = excluded.flags,
    arrival_buckets = excluded.arrival_buckets,
    arrival_counts = excluded.arrival_counts,
    publication_buckets = excluded.publication_buckets,
    publication_counts = excluded.publication_counts
