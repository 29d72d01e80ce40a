-- Data that must not have been collected and was erased everywhere. The trace says whose, of when,
-- who asked, why and how much it was; never what. What a trace bars is not stored again.
create table erasure (
    erasure_id bigint generated always as identity primary key,
    city text not null references city,
    -- `vendor/model/name`
    thing text not null,
    thing_id integer references thing,
    -- null: all datastreams of the thing
    datastream_id integer references datastream,
    from_time timestamptz not null,
    to_time timestamptz not null check (to_time > from_time),
    reason text not null,
    asked_by text not null,
    asked_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    -- rows by table, Kafka records, pages
    counts jsonb not null default '{}'
);

-- The last erasure that whoever writes in the lane must know of.
alter table publication_lane add column last_erasure bigint not null default 0;
