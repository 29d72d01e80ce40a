-- Dead letters counted by city, profile and reason, or by one of them. A letter with several
-- reasons counts under each.
-- $1 text: city, or null for all; $2 text: profile, or null; $3 text: reason, or null
-- $4 timestamptz: received since, or null; $5 text: city, profile, reason, or null for all three
select
    case when $5::text is null or $5 = 'city' then city end as city,
    case when $5::text is null or $5 = 'profile' then profile end as profile,
    case when $5::text is null or $5 = 'reason' then reason end as reason,
    count(distinct dead_letter_id) as letters,
    count(distinct dead_letter_id) filter (where replayed_at is not null) as replayed,
    -- too large, or withheld because it might be personal: it cannot be replayed
    count(distinct dead_letter_id) filter (where payload_bytes > octet_length(payload)) as cut,
    min(received_time) as oldest,
    max(received_time) as newest
from dead_letter, unnest(reasons) as reason
where ($1::text is null or city = $1)
    and ($2::text is null or profile = $2)
    and ($3::text is null or reason = $3)
    and ($4::timestamptz is null or received_time >= $4)
group by 1, 2, 3
order by letters desc, 1, 2, 3
