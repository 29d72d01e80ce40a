-- Note the hours of the city that the touched quarters lie in, for the figures of quality.
insert into quality_task (datastream_id, hour_start)
select distinct datastream_id, date_trunc('hour', bucket_start, zone) from touched
