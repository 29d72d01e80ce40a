-- Of which datastreams the MQTT broker keeps a last value, so that it is taken back when one of
-- them is open no more.

create table mqtt_retained (
    datastream_id integer primary key,
    topic text not null
);
