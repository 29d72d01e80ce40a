-- A last value that is removed, by erasure or by retention, is taken back from the MQTT broker, too:
-- whoever removes notes it in the same transaction, whoever sent it takes it back.
alter table mqtt_retained
    -- The newest begin of a phenomenon that is removed since; what is newer than that may stay.
    add column removed_start timestamptz;
