-- Move on, each from where we think we are (compare and swap); returns how many could.
-- $1 text[]: topics
-- $2 integer[]: partitions
-- $3 bigint[]: next offsets as we know them
-- $4 text[]: fingerprints as we know them
-- $5 bigint[]: next offsets as they become
-- $6 text[]: clusters
-- $7 text[]: fingerprints as they become
with moved as (
    update kafka_offset as k
    set next_offset = m.becomes, cluster = m.cluster, fingerprint = m.fingerprint,
        updated_at = now()
    from unnest($1::text[], $2::integer[], $3::bigint[], $4::text[],
                $5::bigint[], $6::text[], $7::text[])
        as m (topic, partition, known, known_fingerprint, becomes, cluster, fingerprint)
    where k.topic = m.topic and k.partition = m.partition
        and k.next_offset = m.known and k.fingerprint = m.known_fingerprint
    returning 1
)
select count(*) from moved
