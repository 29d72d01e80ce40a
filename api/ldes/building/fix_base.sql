-- Fix the beginning of all identifiers, for good once there is a page; returns what it is now.
-- $1 text: as it is wished
with fixed as (
    insert into identifier_base as b (base_iri) values ($1)
    on conflict (only_row) do update set base_iri = excluded.base_iri, fixed_at = now()
    where b.base_iri <> excluded.base_iri and not exists (select from event_page)
    returning base_iri
)
select base_iri from fixed
union all
select base_iri from identifier_base
limit 1
