-- What became of every reading, and where we are in Kafka: written with the rows they concern.

create table kafka_offset (
    topic text not null,
    partition integer not null,
    next_offset bigint not null,
    -- cluster of the log, where the broker names it
    cluster text not null default '',
    -- of the record before next_offset: a log that was made anew has another there;
    -- for city.readings, which the store does not read: the newest received_time that it has seen
    fingerprint text not null default '',
    updated_at timestamptz not null default now(),
    primary key (topic, partition)
);

-- Readings by outcome, in the hour in which they were received; `observations` are those that were
-- new, so that what the readings gave is observations + duplicates + corrections + withdrawals.
create table account (
    city text not null,
    profile text not null,
    hour timestamptz not null,
    normalised bigint not null default 0,
    empty bigint not null default 0,
    rejected bigint not null default 0,
    observations bigint not null default 0,
    duplicates bigint not null default 0,
    corrections bigint not null default 0,
    withdrawals bigint not null default 0,
    primary key (city, profile, hour)
);

create table dead_letter (
    dead_letter_id bigint generated always as identity primary key,
    city text not null,
    source text not null,
    received_time timestamptz not null,
    station text not null,
    channel text not null,
    profile text not null,
    profile_version integer not null,
    reasons text[] not null,
    rejections jsonb not null,
    payload bytea not null,
    payload_bytes bigint not null,
    payload_sha256 text not null,
    reading_partition integer not null,
    reading_offset bigint not null,
    replayed_at timestamptz
);
create index dead_letter_received on dead_letter (received_time);
create index dead_letter_city on dead_letter (city, received_time);
-- The same one may come twice from Kafka; it is kept once.
create unique index dead_letter_once on dead_letter (
    reading_partition, reading_offset, station, source, received_time, payload_sha256
);
