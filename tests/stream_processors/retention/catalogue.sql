-- Two datasets of a city, with the datastreams 1 and 2 of the one and 3 of the other.
insert into city (city, name, time_zone) values ('stad-a', 'Stad A', 'Europe/Brussels');
insert into dataset (city, theme, title, description, licence, access)
values ('stad-a', 'traffic', 't', 'd', 'l', 'open'), ('stad-a', 'noise', 't', 'd', 'l', 'open');
insert into thing (city, profile, name, title, description)
values ('stad-a', 'v/m', 't', 't', 'd'), ('stad-a', 'v/n', 'n', 't', 'd');
insert into sensor (profile, version, name, description, encoding_type, metadata)
values ('v/m', 1, 'n', 'd', 'e', 'm');
insert into observed_property (code, theme, name, definition, description)
values ('p', 'traffic', 'n', 'd', 'd');
insert into datastream (
    thing_id, sensor_id, observed_property_id, dataset_id, name, unit, interval_seconds, title,
    description, observation_type, unit_of_measurement, open
)
select
    case when theme = 'noise' then 2 else 1 end, 1, 1, dataset_id, name, 'u', 0, 't', 'd', 'o',
    '{}', true
from (values (1, 'one', 'traffic'), (2, 'two', 'traffic'), (3, 'three', 'noise'))
    as s (place, name, theme)
join dataset using (theme)
order by place;
