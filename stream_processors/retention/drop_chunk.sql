-- Remove a chunk as a whole.
-- $1 timestamptz: begin of the chunk
-- $2 timestamptz: its end
select drop_chunks('observation', older_than => $2::timestamptz, newer_than => $1::timestamptz)
