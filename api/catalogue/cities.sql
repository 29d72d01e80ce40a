-- Cities with what they say of themselves.
-- $1 text[] cities, null for all
select city, name, properties from city where $1::text[] is null or city = any($1) order by city
