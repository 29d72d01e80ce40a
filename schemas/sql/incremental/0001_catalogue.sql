-- Who measures what where. Nothing here is deleted: a row is the memory of an identifier.

create table city (
    city text primary key check (city ~ '^[a-z0-9][a-z0-9-]*$'),
    name text not null,
    time_zone text not null,
    properties jsonb not null default '{}'
);

-- A dataset is a city's data of one theme: one DCAT dataset, one event stream, one licence.
create table dataset (
    dataset_id integer generated always as identity primary key,
    city text not null references city,
    theme text not null,
    title text not null,
    description text not null,
    licence text not null,
    access text not null check (access in ('open', 'restricted')),
    properties jsonb not null default '{}',
    unique (city, theme)
);

create table location (
    location_id integer generated always as identity primary key,
    name text not null,
    description text not null,
    encoding_type text not null default 'application/geo+json',
    location jsonb not null,
    longitude double precision not null,
    latitude double precision not null
);

-- A thing is known by its name within its city and sensor type, as its topic gives them.
create table thing (
    thing_id integer generated always as identity primary key,
    city text not null references city,
    profile text not null,
    name text not null,
    title text not null,
    description text not null,
    properties jsonb not null default '{}',
    -- the newest of its historical locations; null until somebody tells the position
    location_id integer references location,
    -- whether any of its datastreams is open; the thing is shown to everybody only then
    open boolean not null default false,
    -- whether it came by itself; the city pack tells of the others
    self_registered boolean not null default false,
    registered_time timestamptz not null default now(),
    unique (city, profile, name)
);
create index thing_registered on thing (city, registered_time) where self_registered;

create table historical_location (
    historical_location_id integer generated always as identity primary key,
    thing_id integer not null references thing,
    location_id integer not null references location,
    time timestamptz not null
);
create index historical_location_thing on historical_location (thing_id, time desc);
create index historical_location_location on historical_location (location_id);

-- What a thing's observations are about, from a moment on: a thing that moves gets another.
create table feature_of_interest (
    feature_of_interest_id integer generated always as identity primary key,
    thing_id integer not null references thing,
    valid_from timestamptz not null default '-infinity',
    name text not null,
    description text not null,
    encoding_type text not null default 'application/geo+json',
    feature jsonb not null,
    properties jsonb not null default '{}',
    unique (thing_id, valid_from)
);

-- The instrument's model. A profile of the platform has no city; a city's own profile has.
create table sensor (
    sensor_id integer generated always as identity primary key,
    city text references city,
    profile text not null,
    version integer not null,
    name text not null,
    description text not null,
    encoding_type text not null,
    metadata text not null,
    properties jsonb not null default '{}',
    unique nulls not distinct (city, profile)
);

create table observed_property (
    observed_property_id integer generated always as identity primary key,
    city text references city,
    code text not null,
    theme text not null,
    name text not null,
    definition text not null,
    description text not null,
    properties jsonb not null default '{}',
    unique nulls not distinct (city, code)
);

-- The length of its interval and its unit are part of a datastream's identity: 15-minute counts
-- and hourly counts never mix, nor do degrees and kelvin.
create table datastream (
    datastream_id integer generated always as identity primary key,
    thing_id integer not null references thing,
    sensor_id integer not null references sensor,
    observed_property_id integer not null references observed_property,
    dataset_id integer not null references dataset,
    name text not null,
    unit text not null,
    interval_seconds integer not null check (interval_seconds >= 0),
    title text not null,
    description text not null,
    observation_type text not null,
    unit_of_measurement jsonb not null,
    open boolean not null,
    properties jsonb not null default '{}',
    registered_time timestamptz not null default now(),
    unique (thing_id, sensor_id, name, observed_property_id, unit, interval_seconds)
);
create index datastream_sensor on datastream (sensor_id);
create index datastream_observed_property on datastream (observed_property_id);
create index datastream_dataset on datastream (dataset_id);
