-- Hours and days as event streams: which were published under which sequence, and which changed.

create table summary (
    datastream_id integer not null,
    period text not null check (period in ('hour', 'day')),
    bucket_start timestamptz not null,
    bucket_end timestamptz not null,
    -- when its sums last changed; null: what was published is what they are
    changed_at timestamptz,
    -- under which it was last published in its stream, 0 while it never was
    sequence bigint not null default 0,
    -- whether that was its withdrawal
    withdrawn boolean not null default false,
    primary key (datastream_id, period, bucket_start)
);
create index summary_changed on summary (changed_at) where changed_at is not null;

insert into summary (datastream_id, period, bucket_start, bucket_end, changed_at)
select datastream_id, period, bucket_start, bucket_end, now()
from aggregate
where period in ('hour', 'day');
