-- How long the way from the gateway to publication takes, and how complete and sound it is, a day.
select
    city as "stad",
    theme as "thema",
    publication_p50_seconds as "p50",
    publication_p95_seconds as "p95",
    least(completed_count::double precision / nullif(expected_count, 0), 1) as "volledig",
    (observation_count - warning_count - error_count)::double precision
        / nullif(observation_count, 0) as "deugdelijk",
    computed_at as "berekend"
from dashboard.dataset_quality
order by city, theme
