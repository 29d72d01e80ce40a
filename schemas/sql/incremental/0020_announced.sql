-- A thing may be shown before it has sent anything, when its city's pack says so.
alter table thing
    -- Open themes that it will have, empty while nobody can tell; null where it is not announced.
    -- Once it has sent something, its datastreams alone say whether it is shown.
    add column announced text[];
