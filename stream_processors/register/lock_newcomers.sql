-- Be the only one to register things of a city, until the end of the transaction.
-- $1 text: city
select pg_advisory_xact_lock(hashtext('things'), hashtext($1))
