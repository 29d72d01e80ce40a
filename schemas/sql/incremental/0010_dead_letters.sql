-- A reading has one dead letter at a station, however often it is brought again: when it is
-- rejected once more after a replay, its letter is open again, with the reason of now.
delete from dead_letter as older
using dead_letter as newer
where older.station = newer.station
    and older.source = newer.source
    and older.received_time = newer.received_time
    and older.payload_sha256 = newer.payload_sha256
    and older.dead_letter_id < newer.dead_letter_id;
drop index dead_letter_once;
create unique index dead_letter_once on dead_letter (
    source, received_time, payload_sha256, station
);
