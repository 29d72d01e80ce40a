-- Models of instruments: everybody sees them.
select
    coalesce(e.city, 'vocabulary') as feed, format('id/sensor/%s', e.sensor_id) as subject,
    e.sensor_id, e.profile, e.version, e.name, e.description, e.metadata
from sensor e
