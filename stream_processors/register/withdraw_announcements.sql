-- Announce no more what no pack tells of (any more).
-- $1 integer[]: things that packs tell of
update thing set announced = null where announced is not null and not thing_id = any($1)
