-- Datastreams that a caller may read. Joins of which no column is used are removed by the planner.
select
    d.datastream_id, d.thing_id, d.sensor_id, d.observed_property_id,
    d.title, d.description, d.observation_type, d.unit_of_measurement,
    l.location as observed_area,
    n.first_phenomenon_start, n.last_phenomenon_end, n.first_result_time, n.last_result_time,
    d.properties || jsonb_build_object(
        'name', d.name, 'unit', d.unit, 'intervalSeconds', d.interval_seconds,
        'city', s.city, 'theme', s.theme, 'dataset', s.title,
        'licence', nullif(s.licence, ''), 'access', case when d.open then 'open' else 'restricted' end
    ) || case when q.datastream_id is null then '{}' else jsonb_build_object(
        'quality', jsonb_strip_nulls(jsonb_build_object(
            'from', q.window_start, 'to', q.window_end,
            'everySeconds', q.every_seconds, 'everyFrom', q.every_from,
            'observations', q.observation_count, 'expected', q.expected_count,
            'completeness',
                round(least(q.observation_count::numeric / nullif(q.expected_count, 0), 1), 4),
            'soundShare', round((q.observation_count - q.warning_count - q.error_count)::numeric
                / nullif(q.observation_count, 0), 4),
            'arrivalSeconds', q.arrival_p50_seconds, 'publicationSeconds', q.publication_p50_seconds,
            'flags', q.flags, 'figures', '/quality?datastream=' || d.datastream_id
        ))
    ) end as properties,
    d.open or s.city = any(:cities) as readable
from datastream d
join dataset s on s.dataset_id = d.dataset_id
left join thing t on t.thing_id = d.thing_id
left join location l on l.location_id = t.location_id
left join datastream_quality q on q.datastream_id = d.datastream_id
left join latest n on n.datastream_id = d.datastream_id
where d.open or s.city = any(:cities)
