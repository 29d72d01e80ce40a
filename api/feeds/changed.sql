-- Entities of a kind of which something else is to be said than was said last. `entity` is all of
-- the kind; the digest is of everything that a description is made from.
-- $1 text[]: cities whose restricted ones count too; none
-- $2 integer: how many at most
select entity.*, told.activity as told_activity
from (select e.*, decode(md5(e::text), 'hex') as digest from entity e) entity
left join lateral (
    select c.activity, c.digest
    from chronicle c
    where c.feed = entity.feed and c.subject = entity.subject
    order by c.position desc
    limit 1
) told on true
where told.digest is distinct from entity.digest or told.activity = 'delete'
order by entity.feed, entity.subject
limit $2
