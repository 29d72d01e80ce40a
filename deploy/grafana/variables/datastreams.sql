-- The open datastreams of a city that measure the chosen property.
select datastream_id as __value, title as __text
from dashboard.datastream
where city = '$city' and theme = '$theme' and observed_property = '$property'
order by title
