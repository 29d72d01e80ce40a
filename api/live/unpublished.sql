-- How much was taken out of the publication by erasures; more of it with each transaction that did.
select coalesce(sum((counts ->> 'published')::bigint), 0)::bigint from erasure
