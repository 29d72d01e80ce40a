-- Things that are shown before they have sent anything, and how many there are in all.
-- $1 text city, $2 text theme, $3 int thing; null for all
-- $4 text in the title; $5 int most, $6 int left out before them
select
    t.thing_id, t.title as thing, t.description as thing_description, t.city, t.profile,
    l.longitude, l.latitude, count(*) over () as total
from thing t
left join location l on l.location_id = t.location_id
where t.open
  and not exists (select from datastream d where d.thing_id = t.thing_id)
  and ($1::text is null or t.city = $1)
  and ($2::text is null or $2 = any(t.announced))
  and ($3::int is null or t.thing_id = $3)
  and ($4::text is null or strpos(lower(t.title), lower($4)) > 0)
order by t.city, t.title, t.thing_id
limit $5 offset $6
