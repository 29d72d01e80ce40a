-- What is measured: everybody sees it.
select
    coalesce(b.city, 'vocabulary') as feed,
    format('id/observed-property/%s', b.observed_property_id) as subject,
    b.observed_property_id, b.code, b.theme, b.name, b.definition, b.description,
    b.properties -> 'label' as labels, b.properties -> 'description' as descriptions,
    b.properties -> 'qualifiers' as qualifiers
from observed_property b
