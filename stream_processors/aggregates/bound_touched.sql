-- From when to when the touched quarters reach; lets a hypertable leave out chunks.
select min(bucket_start) as first, max(bucket_start) + interval '15 minutes' as last from touched
