-- Note what was removed; what one round removes by one rule is one row.
-- $1 timestamptz: round; $2 text: what; $3 text: city; $4 text: theme; $5 text: rule; $6 text: way
-- $7 timestamptz: removed before; $8 timestamptz, $9 timestamptz: first and last time of it
-- $10 bigint: how many
insert into retention_log as l (
    round_at, what, city, theme, rule, way, removed_before, first_time, last_time, removed_count
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (round_at, what, city, theme, rule, way) do update set
    first_time = least(l.first_time, excluded.first_time),
    last_time = greatest(l.last_time, excluded.last_time),
    removed_count = l.removed_count + excluded.removed_count,
    removed_at = excluded.removed_at
