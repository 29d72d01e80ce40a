-- Open datastreams with what they said last, those of a place beside each other.
-- $1 text city, $2 text theme, $3 int thing, $4 int[] datastreams, $5 text profile; null for all
-- $6 text in the thing's title; $7 timestamptz now, $8 int most, $9 int left out before them
select
    d.datastream_id, d.thing_id, t.title as thing, t.description as thing_description,
    c.city, c.time_zone, s.theme, p.code as observed_property, p.name as property_name,
    p.properties -> 'label' as labels, p.properties -> 'description' as descriptions,
    p.description as property_description, d.title, d.unit_of_measurement ->> 'symbol' as unit,
    d.interval_seconds, d.observation_type, coalesce(d.properties -> 'cumulative' = 'true', false)
        as cumulative,
    x.profile, x.name as model, l.longitude, l.latitude,
    n.phenomenon_start, n.phenomenon_end, n.result_number, n.result_json, n.quality,
    n.sequence, n.first_phenomenon_start, n.observation_count, q.every_seconds,
    case
        when n.datastream_id is null then 'empty'
        else datastream_state(
            q.every_seconds, q.arrival_p95_seconds,
            newest_age_seconds(n.last_phenomenon_end, n.published_at, $7::timestamptz)
        )
    end as state
from datastream d
join dataset s on s.dataset_id = d.dataset_id
join city c on c.city = s.city
join thing t on t.thing_id = d.thing_id
join observed_property p on p.observed_property_id = d.observed_property_id
join sensor x on x.sensor_id = d.sensor_id
left join location l on l.location_id = t.location_id
left join latest n on n.datastream_id = d.datastream_id
left join datastream_quality q on q.datastream_id = d.datastream_id
where d.open
  and ($1::text is null or s.city = $1)
  and ($2::text is null or s.theme = $2)
  and ($3::int is null or d.thing_id = $3)
  and ($4::int[] is null or d.datastream_id = any($4))
  and ($5::text is null or x.profile = $5)
  and ($6::text is null or strpos(lower(t.title), lower($6)) > 0)
order by s.city, s.theme, t.title, d.thing_id, d.datastream_id
limit $8 offset $9
