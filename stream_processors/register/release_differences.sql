-- Let go of differences that another register makes from now on: one that is known by more, such
-- as another observed property, has taken the place of the one before.
-- $1 jsonb: a list of rows
delete from difference as d
using jsonb_to_recordset($1) as w (
    register_id integer, observed_property_id integer, name text, unit text,
    interval_seconds integer
)
join datastream as r on r.datastream_id = w.register_id
join datastream as s
    on s.thing_id = r.thing_id
    and s.sensor_id = r.sensor_id
    and s.name = w.name
    and s.observed_property_id = w.observed_property_id
    and s.unit = w.unit
    and s.interval_seconds = w.interval_seconds
where d.datastream_id = s.datastream_id and d.register_id <> w.register_id
