-- $1 bigint sequence
insert into mqtt_position (sequence) values ($1)
on conflict (only_row) do update set sequence = excluded.sequence
