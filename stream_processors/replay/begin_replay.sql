-- Note that readings are brought again.
-- $1 text: name of the replay
-- $2 jsonb: which readings
insert into replay (replay, wishes) values ($1, $2)
