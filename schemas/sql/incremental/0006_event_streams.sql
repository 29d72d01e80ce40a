-- Linked Data Event Streams: which pages there are. What is in them lies in the page store, for good.

-- The beginning of every identifier that was ever published.
create table identifier_base (
    only_row boolean primary key default true check (only_row),
    base_iri text not null,
    fixed_at timestamptz not null default now()
);

-- What of a dataset is published in one order: its observations, or their hourly or daily sums.
create table event_stream (
    event_stream_id integer generated always as identity primary key,
    dataset_id integer not null references dataset,
    kind text not null check (kind in ('observations', 'hourly', 'daily')),
    -- number of the page that is open, and the node on which it hangs; empty while it has no member
    open_page integer not null default 1,
    open_bucket text not null default '' collate "C",
    -- end of the page before it, and what that page was closed with
    lower_time timestamptz,
    closed_sequence bigint not null default 0,
    unique (dataset_id, kind)
);

-- An inner node of a stream's tree, named by its time: 2026, 2026-01, … (api/ldes/buckets.py).
create table event_node (
    event_stream_id integer not null references event_stream,
    bucket text not null collate "C",
    -- empty: the root
    parent text not null collate "C",
    lower_time timestamptz not null,
    -- whether anything below it is for everybody
    open boolean not null,
    primary key (event_stream_id, bucket)
);
create index event_node_parent on event_node (event_stream_id, parent);

-- A page that is closed: nothing about it changes any more, but that retention may take it away.
create table event_page (
    event_stream_id integer not null references event_stream,
    page integer not null,
    bucket text not null collate "C",
    lower_time timestamptz not null,
    upper_time timestamptz not null,
    first_sequence bigint not null,
    last_sequence bigint not null,
    member_count integer not null,
    -- whether everybody may read it
    open boolean not null,
    -- its name in the page store
    name text not null,
    byte_count integer not null,
    closed_at timestamptz not null default now(),
    retired_at timestamptz,
    primary key (event_stream_id, page)
);
create index event_page_bucket on event_page (event_stream_id, bucket);
create index event_page_upper on event_page (event_stream_id, upper_time);
create index event_page_sequence on event_page (event_stream_id, last_sequence);

-- Of the publication, what was read and lies in no closed page yet: a few rows for each stream.
create table event_waiting (
    event_stream_id integer not null references event_stream,
    last_sequence bigint not null,
    batch bytea not null,
    primary key (event_stream_id, last_sequence)
);
alter table event_waiting alter column batch set storage external; -- compressed already

-- Everything published up to here is in a page or waits for one.
create table event_progress (
    only_row boolean primary key default true check (only_row),
    sequence bigint not null default 0
);
insert into event_progress default values;
