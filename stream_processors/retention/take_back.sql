-- Let the last values that the MQTT broker keeps of what datastreams lose be taken back, where nothing
-- newer took their place; returns of how many more. Needs `latest` mended.
with held as (
    select r.datastream_id, r.removed_start, t.last_start
    from lost as t
    join mqtt_retained as r using (datastream_id)
    left join latest as l using (datastream_id)
    where l.phenomenon_start is null or l.phenomenon_start < t.last_start
    -- In the republisher's order, so that neither waits for the other in a circle.
    order by r.datastream_id
    for update of r
),
noted as (
    update mqtt_retained as r
    set removed_start = greatest(h.removed_start, h.last_start)
    from held as h
    where r.datastream_id = h.datastream_id
    returning h.removed_start as before
)
select count(*) from noted where before is null
