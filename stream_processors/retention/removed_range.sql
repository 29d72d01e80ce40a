-- How many were removed, and of which times.
select count(*) as removed, min(phenomenon_start) as first, max(phenomenon_start) as last
from removed
