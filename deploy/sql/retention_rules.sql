-- How long each dataset is kept, as its city declares, and from when on it is.
-- $1 text: city, or null for all
select
    city, theme,
    properties -> 'retention' ->> 'observations' as observations,
    properties -> 'retention' ->> 'aggregates' as aggregates,
    properties -> 'retention' ->> 'deadLetters' as "deadLetters",
    nullif(kept_from, '-infinity') as "keptFrom"
from dataset
where $1::text is null or city = $1
order by city, theme
