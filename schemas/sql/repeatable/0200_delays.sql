-- Sketches of delays after DDSketch (Masson, Rim, Lee: VLDB 2019): buckets that grow by a fixed
-- factor, so that quantiles are within 5 % of the true value, and sketches add up.
create or replace function delay_bucket(seconds double precision) returns smallint
language sql immutable parallel safe
return case
    when seconds <= 0.001 then 0
    -- up to 30,000 years; the factor between two buckets is (1 + 0.05) / (1 - 0.05)
    else least(ceil(ln(seconds / 0.001) / ln(1.05 / 0.95)), 350)
end::smallint;

-- The delay in seconds below which a share of those in a sketch lies; null for an empty sketch.
create or replace function delay_quantile(
    buckets smallint[], counts bigint[], share double precision
) returns double precision
language sql immutable parallel safe
return (
    select case
        when bucket = 0 then 0.001
        else 0.001 * 0.95 * power(1.05 / 0.95, bucket)
    end
    from (
        select
            bucket,
            sum(count) over (order by bucket) as upto,
            sum(count) over () as total
        from unnest(buckets, counts) as sketch (bucket, count)
    ) as cumulated
    where upto >= share * total and total > 0
    order by bucket
    limit 1
);

-- Sketches one behind the other, in place of their sum: a quantile is the same, as buckets that
-- are there twice count together. For some dozens of sketches; many are better summed up.
create or replace aggregate joined(smallint[]) (
    sfunc = array_cat, stype = smallint[], initcond = '{}', parallel = safe
);
create or replace aggregate joined(bigint[]) (
    sfunc = array_cat, stype = bigint[], initcond = '{}', parallel = safe
);
