-- What can be counted of a city for its charter report.
-- $1 text: city, $2 text[]: IRIs of the licences that are known, $3 interval: silence that is long
with dataset_of as (
    select
        s.dataset_id, s.licence, s.access = 'open' as open, s.properties,
        coalesce((s.properties ->> 'declared')::boolean, false) as declared
    from dataset s
    where s.city = $1
),
series as (
    select
        d.datastream_id, d.open, d.unit <> '' and p.description <> '' and e.name <> '' as described,
        n.observation_count, n.first_phenomenon_start, n.published_at
    from datastream d
    join dataset_of s on s.dataset_id = d.dataset_id
    join observed_property p on p.observed_property_id = d.observed_property_id
    join sensor e on e.sensor_id = d.sensor_id
    left join latest n on n.datastream_id = d.datastream_id
),
datasets as (
    select
        count(*) filter (where declared) as datasets,
        count(*) filter (where declared and open) as open_datasets,
        count(*) filter (where declared and not open) as closed_datasets,
        count(*) filter (where declared and not open and properties #>> '{closed,code}' is null)
            as unexplained_datasets,
        count(*) filter (where not declared) as undeclared_datasets,
        count(*) filter (where declared and open and not licence = any($2)) as unlicensed_datasets,
        count(distinct licence) filter (where declared) as licences,
        count(distinct licence) filter (where declared and not licence = any($2))
            as unknown_licences,
        count(*) filter (where declared and open and properties #>> '{retention,observations}' is null)
            as kept_for_ever
    from dataset_of
),
datastreams as (
    select
        count(*) as datastreams,
        count(*) filter (where open) as open_datastreams,
        count(*) filter (where not described) as undescribed_datastreams,
        count(*) filter (where open and published_at < now() - $3::interval) as silent_datastreams,
        coalesce(sum(observation_count) filter (where open), 0)::bigint as observations,
        min(first_phenomenon_start) filter (where open) as first_time
    from series
),
things as (
    select
        count(*) as things,
        count(*) filter (where not self_registered) as known_things,
        count(*) filter (where location_id is null) as unplaced_things,
        count(*) filter (where open) as open_things
    from thing
    where city = $1
),
readings as (
    select
        coalesce(sum(normalised + empty + rejected), 0)::bigint as readings,
        coalesce(sum(rejected), 0)::bigint as rejected,
        coalesce(sum(duplicates), 0)::bigint as duplicates
    from account
    where city = $1
),
quality as (
    select
        sum(q.unflagged_count)::float8 / nullif(sum(q.observation_count), 0)::float8 as validity,
        sum(q.completed_count)::float8 / nullif(sum(q.expected_count), 0)::float8 as completeness,
        max(q.arrival_p95_seconds) as arrival_p95,
        max(q.publication_p95_seconds) as publication_p95
    from dataset_quality q
    join dataset_of s on s.dataset_id = q.dataset_id
    where s.open
),
feed as (
    select count(*) as feed_events from chronicle where feed in ($1, 'catalogue')
)
select c.name, c.properties, datasets.*, datastreams.*, things.*, readings.*, quality.*, feed.*
from city c, datasets, datastreams, things, readings, quality, feed
where c.city = $1
