-- What was said of something that is not there for everybody any more. `entity` is all that is:
-- (feed, subject) of every kind.
-- $1 text[]: cities whose restricted ones count too; none
select told.feed, told.subject
from (
    select distinct on (feed, subject) feed, subject, activity
    from chronicle
    where feed <> 'catalogue'
    order by feed, subject, position desc
) told
where told.activity <> 'delete'
  and not exists (
    select from entity where entity.feed = told.feed and entity.subject = told.subject
  )
order by told.feed, told.subject
