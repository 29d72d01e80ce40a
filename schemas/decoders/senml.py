"""SenML (RFC 8428): base fields resolved, records gathered by name and time."""

from typing import Any, Final

from schemas.decoders.json_document import read_json
from schemas.errors import ReadingRejected

RECORDS_LIMIT: Final = 20_000
_VERSION: Final = 10
_VALUES: Final = ("v", "vs", "vb", "vd")
_BASES: Final = ("bn", "bt", "bu", "bv", "bs", "bver")
_NUMBERS: Final = ("bt", "bv", "bs", "t", "v", "s", "bver")


def read_senml(payload: bytes) -> dict[str, Any]:
    """Return `{rows: [{name, time, measurements: {suffix: {value, sum, unit}}}]}`.

    A row is what one base name measured at one time. A measurement is called by the name after
    the base name, without a leading `/`, `:`, `.` or `-`; by the last part of the name where
    there is no base name. `time` is absolute when at least 2**28, else relative to the receipt.

    Raises:
        ReadingRejected: it is no SenML pack that we know.
    """
    pack = read_json(payload)
    if type(pack) is not list or not pack or any(type(one) is not dict for one in pack):
        raise ReadingRejected("payload.unexpected", "a SenML pack is a list of records")
    if len(pack) > RECORDS_LIMIT:
        raise ReadingRejected("payload.too-large", f"more than {RECORDS_LIMIT} records")
    rows: dict[tuple[str, float], dict[str, Any]] = {}
    base: dict[str, Any] = {}
    for number, record in enumerate(pack):
        _check(record, number)
        base |= {key: record[key] for key in _BASES if key in record}
        _add(rows, record, base)
    return {"rows": list(rows.values())}


def _check(record: dict[str, Any], number: int) -> None:
    where = f"[{number}]"
    if not record:
        raise ReadingRejected("payload.unexpected", "an empty record", where)
    if any(key in record and type(record[key]) not in (int, float) for key in _NUMBERS):
        raise ReadingRejected("field.wrong-type", "a number is something else", where)
    if any(key in record and type(record[key]) is not str for key in ("bn", "n", "bu", "u")):
        raise ReadingRejected("field.wrong-type", "a name or unit is something else", where)
    if record.get("bver", _VERSION) > _VERSION:
        raise ReadingRejected("payload.unexpected", f"a version above {_VERSION}", where)
    unknown = [key for key in record if key.endswith("_")]
    if unknown:  # section 4.4: who does not understand such a field must not read the pack
        raise ReadingRejected("payload.unexpected", f"`{unknown[0][:40]}` is not known", where)


def _add(
    rows: dict[tuple[str, float], dict[str, Any]], record: dict[str, Any], base: dict[str, Any]
) -> None:
    kind = next((key for key in _VALUES if key in record), None)
    if kind is None and "s" not in record and "bv" not in base:
        return
    name, suffix = _named(base.get("bn", ""), record.get("n", ""))
    time = base.get("bt", 0) + record.get("t", 0)
    row = rows.setdefault((name, time), {"name": name, "time": time, "measurements": {}})
    measured: dict[str, Any] = {"unit": record.get("u", base.get("bu"))}
    if kind in (None, "v") and ("v" in record or "bv" in base):
        measured["value"] = record.get("v", 0) + base.get("bv", 0)
    elif kind is not None:
        measured["value"] = record[kind]
    if "s" in record or "bs" in base:
        measured["sum"] = record.get("s", 0) + base.get("bs", 0)
    if row["measurements"].setdefault(suffix, measured) != measured:
        raise ReadingRejected("field.duplicate", f"`{suffix[:60]}` is there twice", suffix[:60])


def _named(base: str, name: str) -> tuple[str, str]:
    """Return what names the thing, and what names the measurement."""
    if not base:
        thing, _, suffix = name.rpartition("/" if "/" in name else ":")
        return thing or name, suffix
    return base.rstrip("/:.-"), name.strip("/:.-") or "value"
