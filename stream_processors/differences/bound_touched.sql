-- From when to when readings matter to what was touched; lets a hypertable leave out chunks.
select min(start - 2 * length) as first, max(start + 3 * length) as last from touched_register
