-- What is measured: everybody sees it.
select
    b.observed_property_id, b.name, b.definition, b.description,
    b.properties || jsonb_build_object('code', b.code, 'theme', b.theme) as properties,
    true as readable
from observed_property b
