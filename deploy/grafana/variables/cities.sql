-- The cities, by their names.
select city as __value, name as __text from dashboard.city order by name
