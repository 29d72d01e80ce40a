-- Note that all readings of a replay are stored.
-- $1 text: name of the replay
update replay set ended_at = clock_timestamp() where replay = $1
