-- End the session of whoever builds pages, with what it has in memory; it begins anew.
-- $1 bigint: the builder's lock
select pg_terminate_backend(pid)
from pg_locks
where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())
    and ((classid::bigint << 32) | objid::bigint) = $1
    and granted
    and pid <> pg_backend_pid()
