-- Write an instrument's model as its profile has it; an older version changes nothing.
-- $1 text: city or null, $2 text: profile, $3 integer: version, $4 text: name,
-- $5 text: description, $6 text: encoding type, $7 text: metadata, $8 jsonb: properties
with written as (
    insert into sensor as s (
        city, profile, version, name, description, encoding_type, metadata, properties
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (city, profile) do update
    set version = excluded.version, name = excluded.name, description = excluded.description,
        encoding_type = excluded.encoding_type, metadata = excluded.metadata,
        properties = excluded.properties
    where s.version <= excluded.version
    returning sensor_id
)
select sensor_id from written
union all
select sensor_id from sensor where city is not distinct from $1 and profile = $2
limit 1
