"""Requests that follow an OpenAPI document, or nearly: every operation, every parameter."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, quote_from_bytes

from hypothesis import strategies as st

from tests.fuzz.asgi_caller import Request
from tests.fuzz.words import PATHS, VALUES, expansions, filters, nasty, texts

_COLLECTIONS = (
    "/Things", "/Locations", "/HistoricalLocations", "/Sensors", "/ObservedProperties",
    "/Datastreams", "/Observations", "/FeaturesOfInterest",
)  # fmt: skip
_BELOW = (
    *_COLLECTIONS, "/Thing", "/Datastream", "/Sensor", "/ObservedProperty", "/FeatureOfInterest",
    "/result", "/name", "/properties", "/properties/code", "/$ref", "/$value", "/phenomenonTime",
)  # fmt: skip
_IDS = ("", "(1)", "(3)", "('1_20251231T000000Z')", "('3_20260101T000100.500000Z')")
_ODD_IDS = (
    "(2)", "(999999999999999999999)", "('x')", "(-1)", "('2_20260101T000000Z')", "()", "(1",
)  # fmt: skip
_ids = st.integers(0, 5).flatmap(lambda place: st.sampled_from(_IDS if place else _ODD_IDS))
_entities = st.builds(
    "{}{}{}".format,
    st.sampled_from(_COLLECTIONS),
    _ids,
    st.lists(st.builds("{}{}".format, st.sampled_from(_BELOW), _ids), max_size=3).map("".join),
)
_times = st.sampled_from(("2026-01-01T00:00:00Z", "2025-12-31", "2026-01-01T00:10:00+01:00"))
_numbers = st.sampled_from(("1", "2", "3", "5", "0", "4294967296"))

PARTS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "$filter": filters,
    "$orderby": filters | st.sampled_from(PATHS).map("{} desc".format),
    "$expand": expansions,
    "$select": st.sampled_from(PATHS),
    "$top": st.integers(-1, 1001).map(str),
    "$skip": st.integers(-1, 10**7).map(str),
    "$count": st.sampled_from(("true", "false")),
    "$skiptoken": st.sampled_from(VALUES) | st.from_regex(r"[A-Za-z0-9_=-]{0,40}", fullmatch=True),
    "entities": _entities,
    "path": st.from_regex(
        r"(page/[0-9]{1,9}|2026(-0[1-9]){0,2}|hourly|daily)(\.nq|\.ttl)?", fullmatch=True
    ),
    "members": st.from_regex(
        r"[1-5]_2025123[01]T000000Z(/[0-9]{1,3})?|[1-5]_(hour|day)_20251231T000000Z(/[0-9])?|mean",
        fullmatch=True,
    ),
    "thing_id": _numbers,
    "sensor_id": _numbers,
    "feature_of_interest_id": _numbers,
    "observed_property_id": _numbers,
    "datastream_id": _numbers,
    "number": _numbers,
    "slug": st.sampled_from(("traffic", "completeness", "niets")),
    "name": st.sampled_from(("catalogue", "vocabulary", "zonnedorp", "observation", "niets")),
    "city": st.sampled_from(("zonnedorp", "maanstad", "nergens")),
    "theme": st.sampled_from(("traffic", "air-quality", "energy", "niets")),
    "datastream": _numbers,
    "thing": st.sampled_from(("teller-1", "1", "2")),
    "observedProperty": st.sampled_from(("car-count", "pm10", "energy")),
    "from": _times,
    "to": _times,
    "asOf": _times,
    "time": _times,
    "aggregate": st.sampled_from(("quarter", "hour", "day")),
    "period": st.sampled_from(("hour", "day")),
    "state": st.sampled_from(("on-time", "late", "silent", "unknown")),
    "quality": st.sampled_from(("good", "all", "error", "range.high")),
    "flag": st.sampled_from(("warning", "range.high", "time.received")),
    "code": st.sampled_from(("range.high", "nothing")),
    "bbox": st.sampled_from(("4,51,5,52", "5,52,4,51", "nan,nan,nan,nan", "-180,-90,180,90")),
    "lastEventId": _numbers,
    "Last-Event-ID": _numbers,
}
_HEADERS: Final[Mapping[bytes, tuple[bytes, ...]]] = {
    b"accept": (
        b"*/*", b"text/html", b"text/csv", b"text/turtle", b"application/ld+json", b"image/png",
        b"application/n-quads;q=0.5, text/*;q=nan", b"application/x-ndjson", b"application/trig",
        b"application/rdf+xml",
    ),
    b"accept-encoding": (b"gzip", b"zstd", b"br;q=1, *;q=0", b"identity;q=0", b"gzip;q=x"),
    b"if-none-match": (b"*", b'"x"', b'W/"x", "y"', b'"'),
    b"range": (b"bytes=0-1", b"bytes=9-1", b"bytes=a"),
    b"origin": (b"http://elsewhere.test", b"null"),
    b"last-event-id": (b"1", b"-1", b"99999999999999999999999"),
    b"x-forwarded-for": (b"127.0.0.1", b"x, y, z", b"::1"),
    b"accept-language": (b"nl", b"en;q=x"),
}  # fmt: skip
_HOLE: Final = re.compile(r"{(\w+)}")
_raw = st.binary(max_size=12).map(
    lambda content: bytes(one for one in content if one not in b"\r\n\0")
)
_METHODS = ("HEAD", "OPTIONS", "POST", "DELETE", "X")
_methods = st.integers(0, 39).map(lambda place: dict(enumerate(_METHODS, 1)).get(place, "GET"))


def _written(text: str) -> st.SearchStrategy[bytes]:
    """Return how a text may stand in an address: quoted, mostly, or broken."""
    whole = quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="").encode()
    plain = quote(text.encode("utf-8", "replace"), safe="/$()',=;:@+*!").encode()
    return st.integers(0, 19).map(lambda place: {1: whole, 2: whole[:-1]}.get(place, plain))


def _value(name: str) -> st.SearchStrategy[bytes]:
    known = PARTS.get(name)
    if known is None:
        return texts.flatmap(_written)
    odd = st.integers(0, 9).flatmap(lambda place: known if place else nasty | texts)
    return odd.flatmap(_written)


def _below(path: str) -> str:
    """Return under which name stands what may follow an address."""
    if path.startswith("/sensorthings"):
        return "entities"
    return "members" if path.startswith("/id") else "path"


@st.composite
def targets(draw: st.DrawFn, operations: tuple[tuple[str, tuple[str, ...]], ...]) -> bytes:
    """Draw an address of an operation: its path's names filled in, and some of its parameters."""
    path, names = draw(st.sampled_from(operations))
    target = b""
    for place, piece in enumerate(_HOLE.split(path)):
        name = _below(path) if piece == "path" else piece
        target += draw(_value(name)) if place % 2 else piece.encode()
    given = draw(st.lists(st.sampled_from(names), max_size=4)) if names else []
    query = [name.encode() + b"=" + draw(_value(name)) for name in given]
    if draw(st.integers(0, 19)) == 0:
        query.append(draw(_raw).replace(b"#", b"") or b"nope=1")
    return target + (b"?" + b"&".join(query) if query else b"")


@st.composite
def headers(draw: st.DrawFn, keys: tuple[bytes, ...]) -> list[tuple[bytes, bytes]]:
    """Draw headers; seldom a key, of those given or an odd one."""
    names = draw(st.lists(st.sampled_from(sorted(_HEADERS)), max_size=3))
    found = [(name, draw(st.sampled_from(_HEADERS[name]) | _raw)) for name in names]
    match draw(st.integers(0, 9)):
        case 0:
            found.append((b"authorization", b"Bearer " + draw(st.sampled_from(keys))))
        case 1:
            found.append((b"x-api-key", draw(_raw)))
    return found


def requests_of(
    document: Mapping[str, Any], keys: tuple[bytes, ...], more: tuple[str, ...] = ()
) -> st.SearchStrategy[Request]:
    """Return requests for every GET operation of an OpenAPI document, and for more addresses."""
    operations = tuple(
        (
            path,
            tuple(
                one["name"] for one in item["get"].get("parameters", ()) if one["in"] == "query"
            ),
        )
        for path, item in document["paths"].items()
        if "get" in item
        for _ in range(1 + len(item["get"].get("parameters", ())))
    )
    return st.builds(
        Request,
        method=_methods,
        target=targets((*operations, *((path, ()) for path in more))),
        headers=headers(keys),
    )
