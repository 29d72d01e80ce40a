-- Things that a caller sees, with the sensors that they carry.
select
    t.city as feed, format('id/thing/%s', t.thing_id) as subject, t.thing_id, t.city, t.profile,
    t.name, t.title, t.description, l.longitude, l.latitude,
    c.properties #>> '{publisher,iri}' as publisher,
    array(
        select distinct d.sensor_id
        from datastream d
        join dataset s on s.dataset_id = d.dataset_id
        where d.thing_id = t.thing_id and (d.open or s.city = any(:cities))
        order by d.sensor_id
    ) as sensors
from thing t
join city c on c.city = t.city
left join location l on l.location_id = t.location_id
where t.open or t.city = any(:cities)
