-- Register things that come by themselves, with what their observations are about.
-- $1 jsonb: a list of {city, profile, name, title, description, properties, feature_name,
--     feature_description, feature}
with wanted as (
    select *
    from jsonb_to_recordset($1) as w (
        city text, profile text, name text, title text, description text, properties jsonb,
        feature_name text, feature_description text, feature jsonb
    )
),
added as (
    insert into thing (city, profile, name, title, description, properties, self_registered)
    select city, profile, name, title, description, properties, true
    from wanted
    on conflict (city, profile, name) do nothing
    returning thing_id, city, profile, name
)
insert into feature_of_interest (thing_id, name, description, feature)
select a.thing_id, w.feature_name, w.feature_description, w.feature
from added as a
join wanted as w using (city, profile, name)
