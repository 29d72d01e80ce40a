-- By city and profile: the share of this hour's and the last one's readings that was rejected, of
-- those that sent more than twenty.
select
    city,
    coalesce(nullif(profile, ''), 'other') as profile,
    sum(rejected)::double precision / sum(normalised + empty + rejected) as share
from dashboard.account
where hour > now() - interval '2 hours' and hour <= now()
group by city, 2
having sum(normalised + empty + rejected) > 20
