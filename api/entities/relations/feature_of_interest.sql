-- What the observations of a thing are about, from when on, for things that a caller sees.
select
    t.city as feed, format('id/feature-of-interest/%s', f.feature_of_interest_id) as subject,
    f.feature_of_interest_id, f.thing_id, f.name, f.description, f.feature -> 'geometry' as geometry,
    nullif(f.valid_from, '-infinity') as valid_from
from feature_of_interest f
join thing t on t.thing_id = f.thing_id
where t.open or t.city = any(:cities)
