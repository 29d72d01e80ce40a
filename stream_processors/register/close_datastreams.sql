-- Close what lies in a dataset that is not open (any more).
update datastream as d
set open = false
from dataset as s
where d.dataset_id = s.dataset_id and d.open and s.access <> 'open'
