-- Datasets, as their pages tell of them.
select dataset_id, city, theme, licence, access = 'open' as open from dataset order by dataset_id
