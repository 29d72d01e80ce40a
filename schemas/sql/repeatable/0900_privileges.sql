-- Four roles: whoever migrates owns everything, the store writes, the interfaces read, dashboards
-- see what is open.
do $$
declare
    name text;
begin
    foreach name in array array['stadspuls_writer', 'stadspuls_reader', 'stadspuls_dashboard'] loop
        begin
            execute format('create role %I nologin', name);
        exception when duplicate_object or unique_violation then
            null; -- another database of this server has them
        end;
    end loop;
end
$$;

grant usage on schema public to stadspuls_writer, stadspuls_reader;
grant select, insert, update, delete on all tables in schema public to stadspuls_writer;
grant usage on all sequences in schema public to stadspuls_writer;
grant select on all tables in schema public to stadspuls_reader;
grant usage on schema dashboard to stadspuls_dashboard;
grant select on all tables in schema dashboard to stadspuls_dashboard;
-- Who reads what is measured has no need of the receivers' secrets.
revoke select on webhook from stadspuls_reader;
