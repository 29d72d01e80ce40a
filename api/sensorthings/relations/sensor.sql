-- Models of instruments: everybody sees them.
select
    e.sensor_id, e.name, e.description, e.encoding_type, e.metadata,
    e.properties || jsonb_build_object('profile', e.profile, 'version', e.version) as properties,
    true as readable
from sensor e
