-- Things near a place are looked for by latitude: a strip of some kilometres holds few of them.
create index location_latitude on location (latitude, longitude);
create index thing_location on thing (location_id);
