-- Readings brought again after a mend: what each gave before is found by the reading.

-- Rows lie nearly in the order of receipt, so that a few bytes for each megabyte find them.
create index observation_received on observation
    using brin (received_time) with (autosummarize = on);

create index observation_version_reading on observation_version
    (reading_partition, reading_offset);

-- Its own reading gives something else today, or nothing: it says nothing against the result of
-- another reading any more.
alter table observation_version add column disowned boolean not null default false;
update observation_version set disowned = true where withdrawn;

-- Who brought which readings again, and what came of it; the columns are those of account.
create table replay (
    replay text primary key,
    wishes jsonb not null,
    begun_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    normalised bigint not null default 0,
    empty bigint not null default 0,
    rejected bigint not null default 0,
    observations bigint not null default 0,
    duplicates bigint not null default 0,
    corrections bigint not null default 0,
    withdrawals bigint not null default 0,
    -- readings of which a part or the whole is among the dead letters
    dead_letters bigint not null default 0
);
