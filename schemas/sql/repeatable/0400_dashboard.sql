-- What dashboards read: views of open data, and how the platform does. Whoever looks at a dashboard
-- can send any statement, so that these views alone decide what can be seen: no restricted
-- datastream, no payload, no topic. What is counted of readings says of which profile only where
-- that has open things. A barrier lets no condition of a statement see a row before the view's own.
create schema if not exists dashboard;

create or replace view dashboard.city with (security_barrier) as
select city, name, time_zone from city;

create or replace view dashboard.datastream with (security_barrier) as
select
    d.datastream_id,
    t.city,
    s.theme,
    t.thing_id,
    t.title as thing,
    d.title,
    p.code as observed_property,
    p.name as property_name,
    coalesce(nullif(d.unit_of_measurement ->> 'symbol', '1'), '') as unit,
    d.interval_seconds,
    l.longitude,
    l.latitude
from datastream as d
join thing as t using (thing_id)
join dataset as s using (dataset_id)
join observed_property as p using (observed_property_id)
left join location as l using (location_id)
where d.open;

create or replace view dashboard.newest with (security_barrier) as
select
    l.datastream_id,
    l.phenomenon_start,
    l.phenomenon_end,
    l.result_number,
    l.result_json,
    l.quality,
    l.published_at,
    newest_age_seconds(l.last_phenomenon_end, l.published_at, now()) as age_seconds,
    datastream_state(
        q.every_seconds,
        q.arrival_p95_seconds,
        newest_age_seconds(l.last_phenomenon_end, l.published_at, now())
    ) as state
from latest as l
join datastream as d using (datastream_id)
left join datastream_quality as q using (datastream_id)
where d.open;

create or replace view dashboard.observation with (security_barrier) as
select
    o.datastream_id, o.phenomenon_start, o.phenomenon_end, o.result_time, o.published_at,
    o.received_time, o.sequence, o.result_number, o.result_json, o.quality
from observation as o
join datastream as d using (datastream_id)
where d.open;

create or replace view dashboard.aggregate with (security_barrier) as
select
    a.datastream_id, a.period, a.bucket_start, a.bucket_end, a.count, a.flagged_count, a.sum,
    a.minimum, a.maximum, a.first, a.last
from aggregate as a
join datastream as d using (datastream_id)
where d.open;

create or replace view dashboard.quality_hour with (security_barrier) as
select q.*
from quality_hour as q
join datastream as d using (datastream_id)
where d.open;

create or replace view dashboard.dataset_quality with (security_barrier) as
select s.city, s.theme, s.title, q.*
from dataset_quality as q
join dataset as s using (dataset_id)
where s.access = 'open';

create or replace view dashboard.account with (security_barrier) as
select
    a.city,
    case when a.profile in (select profile from thing where open) then a.profile else '' end
        as profile,
    a.hour, a.normalised, a.empty, a.rejected, a.observations, a.duplicates, a.corrections,
    a.withdrawals
from account as a;

create or replace view dashboard.dead_letter with (security_barrier) as
select
    l.city,
    case when l.profile in (select profile from thing where open) then l.profile else '' end
        as profile,
    l.received_time, l.station, l.reasons, l.replayed_at
from dead_letter as l;

create or replace view dashboard.publication with (security_barrier) as
select first_sequence, last_sequence, published_from, published_to, observation_count
from publication;

create or replace view dashboard.kafka_offset with (security_barrier) as
select topic, partition, next_offset, updated_at from kafka_offset;

-- The period by which a time is shown: a few hundred points a line, from sums that are kept.
create or replace function dashboard.period(shown_from timestamptz, shown_to timestamptz)
returns text
language sql immutable parallel safe
return case
    when shown_to - shown_from <= interval '49 hours' then 'quarter'
    when shown_to - shown_from <= interval '22 days' then 'hour'
    else 'day'
end;
