-- What is removed because its time is over, and what was.

-- Observations of the dataset before this are gone and never come back: neither by a redelivery,
-- nor by a replay, nor when a longer time is declared later. On a whole quarter of an hour.
alter table dataset add column kept_from timestamptz not null default '-infinity';

-- Observations that came and were not stored, because they belong to a time that is not kept.
alter table account add column withheld bigint not null default 0;
alter table replay add column withheld bigint not null default 0;

-- The first record that Kafka still had when it was last looked at.
alter table kafka_offset add column first_offset bigint not null default 0;

-- What was removed by rule. A row for each round, kind and dataset.
create table retention_log (
    retention_log_id bigint generated always as identity primary key,
    round_at timestamptz not null,
    what text not null check (what in (
        'observation', 'observation_version', 'aggregate', 'dead_letter', 'publication', 'kafka'
    )),
    -- empty: of all cities, of all themes; of Kafka, the topic and partition are in the rule
    city text not null default '',
    theme text not null default '',
    rule text not null,
    -- partition: a whole chunk or segment at once; rows: in small batches
    way text not null check (way in ('partition', 'rows')),
    removed_before timestamptz not null,
    first_time timestamptz,
    last_time timestamptz,
    removed_count bigint not null,
    removed_at timestamptz not null default clock_timestamp(),
    unique (round_at, what, city, theme, rule, way)
);
