-- By city: below how many seconds 95 of 100 observations of this hour and the one before were
-- published.
select city, delay_quantile(array_agg(bucket order by bucket), array_agg(times order by bucket), 0.95)
    as seconds
from (
    select d.city, b.bucket, sum(b.times)::bigint as times
    from dashboard.quality_hour as h
    join dashboard.datastream as d using (datastream_id)
    cross join lateral unnest(h.publication_buckets, h.publication_counts) as b (bucket, times)
    where h.hour_start > now() - interval '2 hours' and h.hour_start <= now()
    group by d.city, b.bucket
) as sketch
group by city
