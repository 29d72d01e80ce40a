-- What is measured in a city, of the dashboard's theme.
select distinct observed_property as __value, property_name as __text
from dashboard.datastream
where city = '$city' and theme = '$theme'
order by property_name
