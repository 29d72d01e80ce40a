-- A datastream that has nothing left has no newest observation.
-- $1 integer: round
delete from latest as l
using changed as n
where l.datastream_id = n.datastream_id
    and n.change = 'withdrawn'
    and n.round = $1
    and not exists (select from observation as o where o.datastream_id = n.datastream_id)
