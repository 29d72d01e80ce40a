-- When a dataset was first declared, and when what is said of it last changed.
alter table dataset
    add column registered_time timestamptz not null default now(),
    add column changed_time timestamptz not null default now();

-- What was said, and when: each change of the catalogue, and of the things, sensors, features,
-- properties and datastreams that observations name. A row is a member of an event stream: it is
-- written once, in the order of its stream, and never changed.
create table chronicle (
    -- the stream: `catalogue`, `vocabulary` (what all cities share), or a city
    feed text not null,
    -- 1, 2, 3, … in each stream
    position integer not null check (position > 0),
    -- whole milliseconds, later than that of the position before
    published_at timestamptz not null,
    -- what it is about: an address below the base IRI
    subject text not null,
    activity text not null check (activity in ('create', 'update', 'delete')),
    -- of what was described; the next description is a change when its own differs
    digest bytea not null,
    -- N-Triples; empty for what is no longer there
    description text not null,
    primary key (feed, position),
    unique (feed, published_at)
);
create index chronicle_subject on chronicle (feed, subject, position desc);
