-- What was removed by rule, newest first.
-- $1 text: city, or null for all; $2 timestamptz: since, or null
select
    removed_at as "removedAt", what, city, theme, rule, way, removed_before as "removedBefore",
    first_time as "first", last_time as "last", removed_count as "count"
from retention_log
where ($1::text is null or city = $1) and ($2::timestamptz is null or removed_at >= $2)
order by removed_at desc, what, city, theme
