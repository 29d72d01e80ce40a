-- Let the server free our locks when we stall. In milliseconds:
-- $1 text: lock timeout
-- $2 text: statement timeout
-- $3 text: idle-in-transaction timeout
select
    set_config('lock_timeout', $1, true),
    set_config('statement_timeout', $2, true),
    set_config('idle_in_transaction_session_timeout', $3, true)
