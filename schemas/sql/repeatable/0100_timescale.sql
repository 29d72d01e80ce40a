-- Where TimescaleDB is loaded, observation is cut into weeks; elsewhere it stays one table.
do $$
begin
    if current_setting('shared_preload_libraries') not like '%timescaledb%' then
        return;
    end if;
    create extension if not exists timescaledb;
    perform create_hypertable(
        'observation', 'phenomenon_start',
        chunk_time_interval => interval '7 days',
        create_default_indexes => false, if_not_exists => true, migrate_data => true
    );
end
$$;
