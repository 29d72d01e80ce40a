-- Closed pages are compressed with Brotli, too, while their builder has nothing else to do.
alter table event_page
    -- whether that was done with what the page is now
    add column brotli boolean not null default false;
create index event_page_brotli on event_page (closed_at, page)
    where not brotli and retired_at is null;
