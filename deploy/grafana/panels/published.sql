-- Observations published in a second, by minute; as far back as the publication is kept.
select
    date_trunc('minute', published_to) as time,
    sum(observation_count) / 60.0 as "waarnemingen per seconde"
from dashboard.publication
where $__timeFilter(published_to) and published_to > $__timeTo()::timestamptz - interval '6 hours'
group by 1
order by 1
