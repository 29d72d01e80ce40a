-- Sensors, each as it hangs on its thing, with what they observe.
select
    t.city as feed, format('id/thing/%s/sensor/%s', t.thing_id, e.sensor_id) as subject,
    t.thing_id, e.sensor_id, t.title as thing_title, e.name as model_title,
    array_agg(distinct d.observed_property_id order by d.observed_property_id) as properties
from datastream d
join dataset s on s.dataset_id = d.dataset_id
join thing t on t.thing_id = d.thing_id
join sensor e on e.sensor_id = d.sensor_id
where d.open or s.city = any(:cities)
group by t.thing_id, e.sensor_id
