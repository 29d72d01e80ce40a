-- How many things there are of which anything is open; what is announced alone does not count.
select count(*) from thing t
where t.open and exists (select from datastream d where d.thing_id = t.thing_id)
