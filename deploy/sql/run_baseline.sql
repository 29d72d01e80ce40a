-- What the database has before a run: what comes later is the run's.
select
    (select last_sequence from publication_lane) as sequence,
    (select coalesce(max(dead_letter_id), 0) from dead_letter) as dead_letter
