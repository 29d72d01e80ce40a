-- What the store counted, by the hour of receipt.
-- $1 timestamptz: first hour
select city, profile, hour, normalised + empty + rejected as readings
from account
where hour >= $1
