-- Whether a datastream says what is expected of it. A value is late when one and a half times its
-- cadence has passed, silence begins at three and a half; to both belongs the delay that is usual,
-- and a minute for our own way.
create or replace function datastream_state(
    every_seconds double precision,
    usual_delay_seconds double precision,
    age_seconds double precision
) returns text
language sql immutable parallel safe
return case
    when every_seconds is null or age_seconds is null then 'unknown'
    when age_seconds > 3.5 * every_seconds + coalesce(usual_delay_seconds, 0) + 60 then 'silent'
    when age_seconds > 1.5 * every_seconds + coalesce(usual_delay_seconds, 0) + 60 then 'late'
    else 'on-time'
end;

-- How long ago the newest value was. What a clock that is ahead says is no sign of life beyond the
-- moment at which it came. Null where nothing has come.
create or replace function newest_age_seconds(
    last_phenomenon_end timestamptz, published_at timestamptz, now timestamptz
) returns double precision
language sql immutable parallel safe
return case when published_at is not null then
    greatest(extract(epoch from now - least(last_phenomenon_end, published_at)), 0)
end;
