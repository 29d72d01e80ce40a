-- Whoever reads for Grafana: what is open, never for long, nothing else.
-- A text for format(): 1 the name, 2 the password.
do $do$
begin
    create role %1$I login;
exception when duplicate_object or unique_violation then
    null; -- it is there
end
$do$;
alter role %1$I with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
    connection limit 20 password %2$L;
alter role %1$I set default_transaction_read_only = on;
alter role %1$I set statement_timeout = '15s';
-- Compiling a query takes longer than the queries of our panels.
alter role %1$I set jit = off;
grant stadspuls_dashboard to %1$I;
