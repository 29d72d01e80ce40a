-- Say which differences are made of which registers, and how; returns what is new or differs.
-- $1 jsonb: a list of rows
insert into difference as d (
    register_id, datastream_id, interval_seconds, rolls_over_at, most, restarts
)
select
    w.register_id, s.datastream_id, w.interval_seconds, w.rolls_over_at, w.most, w.restarts
from jsonb_to_recordset($1) as w (
    register_id integer, observed_property_id integer, name text, unit text,
    interval_seconds integer, rolls_over_at double precision, most double precision,
    restarts boolean
)
join datastream as r on r.datastream_id = w.register_id
join datastream as s
    on s.thing_id = r.thing_id
    and s.sensor_id = r.sensor_id
    and s.name = w.name
    and s.observed_property_id = w.observed_property_id
    and s.unit = w.unit
    and s.interval_seconds = w.interval_seconds
order by w.register_id
on conflict (register_id) do update set
    datastream_id = excluded.datastream_id,
    interval_seconds = excluded.interval_seconds,
    rolls_over_at = excluded.rolls_over_at,
    most = excluded.most,
    restarts = excluded.restarts
where (d.datastream_id, d.rolls_over_at, d.most, d.restarts)
    is distinct from
    (excluded.datastream_id, excluded.rolls_over_at, excluded.most, excluded.restarts)
returning register_id
