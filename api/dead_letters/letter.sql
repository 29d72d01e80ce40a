-- One dead letter, whole.
-- $1 bigint: its id
select * from dead_letter where dead_letter_id = $1
