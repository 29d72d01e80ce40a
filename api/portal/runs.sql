-- Which city runs which sensor type in the open, with how many things.
select x.profile, x.name, x.version, x.city as owner, s.city, c.name as city_name,
    c.properties -> 'name' as city_names, count(distinct d.thing_id) as things
from datastream d
join dataset s on s.dataset_id = d.dataset_id
join city c on c.city = s.city
join sensor x on x.sensor_id = d.sensor_id
where d.open
group by x.profile, x.name, x.version, x.city, s.city, c.name, c.properties
order by x.profile, c.name
