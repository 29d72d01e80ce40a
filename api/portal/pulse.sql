-- $1 timestamptz now: what was published in the last five minutes, by steps of five seconds.
select
    floor(extract(epoch from $1::timestamptz - published_to) / 5)::int as steps_ago,
    sum(observation_count)::bigint as observations
from publication
where published_to > $1::timestamptz - interval '5 minutes' and published_to <= $1::timestamptz
group by steps_ago
