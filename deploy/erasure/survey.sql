-- How much there is to be erased.
-- $1 integer[]: datastreams; $2 timestamptz, $3 timestamptz: begin and end
-- $4 text: city; $5 text: source of the thing; $6 text: its profile; $7 bytea: its name
select
    (select count(*) from observation
        where datastream_id = any($1) and phenomenon_start < $3
            and (phenomenon_start >= $2 or phenomenon_end > $2)) as observations,
    (select count(*) from observation_version
        where datastream_id = any($1) and phenomenon_start < $3
            and (phenomenon_start >= $2 or phenomenon_end > $2)) as versions,
    (select count(*) from aggregate
        where datastream_id = any($1) and bucket_start < $3 and bucket_end > $2) as aggregates,
    (select count(*) from mqtt_retained join latest using (datastream_id)
        where datastream_id = any($1) and phenomenon_start < $3
            and (phenomenon_start >= $2 or phenomenon_end > $2)) as "lastValues",
    (select count(*) from dead_letter
        where city = $4
            and (source = $5 or profile = $6 and position($7::bytea in payload) > 0)
            and received_time >= $2) as "deadLetters"
