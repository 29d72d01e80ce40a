-- Move on, from where we think we are; returns nothing when somebody else has moved.
-- $1 bigint where we are, $2 bigint where we go
update event_progress set sequence = $2 where sequence = $1 returning sequence
