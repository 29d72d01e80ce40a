-- Webhooks: who is sent what is published, and how far each has come.

create table webhook (
    webhook_id text primary key check (webhook_id ~ '^[0-9a-f]{16}$'),
    -- whose key manages it; it hears that city's restricted datastreams too
    city text not null references city,
    url text not null,
    description text not null default '',
    -- as in the query string of /live/observations: names, each with a list of values
    filter jsonb not null default '{}',
    created_time timestamptz not null default now(),
    -- `whsec_…`; the one before signs too, for a while after it was renewed
    secret text not null,
    former_secret text,
    former_secret_until timestamptz,
    -- `disabled` is our word, with its reason; `paused` is the owner's
    state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
    reason text not null default '',
    -- everything up to it was taken by the receiver, or is not wanted by the filter
    sequence bigint not null,
    -- the message under way ends here: tried again, it has the same observations and id
    pending bigint check (pending > sequence),
    -- counts replays, so that their messages are new ones
    replays integer not null default 0,
    -- changed by the owner meanwhile: what was under way counts no more
    version integer not null default 0,
    delivered bigint not null default 0,
    delivered_time timestamptz,
    attempts integer not null default 0,
    failing_since timestamptz,
    failure text not null default '',
    next_attempt timestamptz
);
create index webhook_city on webhook (city);

-- How far the republishing by MQTT has come: one row.
create table mqtt_position (
    only_row boolean primary key default true check (only_row),
    sequence bigint not null
);
