-- Write down what is said.
-- $1 text: feed, $2 integer[]: positions, $3 timestamptz[]: times, $4 text[]: subjects,
-- $5 text[]: activities, $6 bytea[]: digests, $7 text[]: descriptions
insert into chronicle (feed, position, published_at, subject, activity, digest, description)
select $1, position, published_at, subject, activity, digest, description
from unnest($2::integer[], $3::timestamptz[], $4::text[], $5::text[], $6::bytea[], $7::text[])
    as e (position, published_at, subject, activity, digest, description)
