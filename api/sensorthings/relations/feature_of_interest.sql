-- What the observations of a thing are about, from when until when, for things that a caller sees.
select
    f.feature_of_interest_id, f.thing_id, f.name, f.description, f.encoding_type, f.feature,
    f.properties, f.valid_from,
    coalesce(
        (
            select min(next.valid_from) from feature_of_interest next
            where next.thing_id = f.thing_id and next.valid_from > f.valid_from
        ),
        'infinity'
    ) as valid_until,
    t.open or t.city = any(:cities) as readable
from feature_of_interest f
join thing t on t.thing_id = f.thing_id
where t.open or t.city = any(:cities)
