-- $1 integer: datastream; $2 timestamptz: begin; $3 float: result; $4 bigint: sequence
insert into observation (
    datastream_id, reading_partition, phenomenon_start, result_time, published_at, received_time,
    sequence, reading_offset, result_number
)
values ($1, 0, $2, $2, clock_timestamp(), clock_timestamp(), $4, $4, $3)
on conflict (datastream_id, phenomenon_start) do update set
    result_number = excluded.result_number,
    sequence = excluded.sequence
