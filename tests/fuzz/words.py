"""What generated requests and queries are made of: words of our languages, and what hurts."""

from hypothesis import strategies as st

NASTY = (
    "", " ", "NaN", "inf", "1e400", "-0", "9" * 25, "9" * 5000, "-9223372036854775809", "1e-400",
    "\x00", "\r\nX-Injected: y", "%", "%zz", "%ff", "\ud800".encode("utf-8", "replace").decode(),
    "\ufeff", "\u202e", "🙂", "é" * 200, "'", "''", "'x", "';drop table observation;--", "$1",
    "99999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-02-30", "2026-01-01T24:00:01Z", "2026-W01-1", "20260101", "../../etc/passwd",
    "a" * 5000, "((((", "null", "*", "=1+1", "0x10", "1_000", "\u00b2", "\u0663",
)  # fmt: skip
VALUES = (
    "0", "1", "2", "3", "-1", "1.5", "1e308", "9223372036854775807", "'x'", "'NaN'", "null",
    "true", "false", "now()", "2026-01-01T00:00:00Z", "2025-12-31T00:00:00Z",
    "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z", "duration'PT1H'", "'range.high'", "'cars'",
)  # fmt: skip
PATHS = (
    "result", "id", "phenomenonTime", "resultTime", "resultQuality", "parameters/sequence",
    "parameters/rawResult", "name", "description", "properties/code", "properties/quality/state",
    "Datastream/name", "Datastream/Thing/name", "Datastreams/Observations/result",
    "Locations/name",
    "Datastream/ObservedProperty/properties/code", "FeatureOfInterest/name", "unitOfMeasurement",
    "Sensor", "Things", "validTime", "observedArea", "encodingType", "location/coordinates",
)  # fmt: skip
FUNCTIONS = (
    "year", "month", "day", "hour", "minute", "second", "fractionalseconds", "date", "time",
    "totaloffsetminutes", "now", "mindatetime", "maxdatetime", "length", "indexof", "substring",
    "substringof", "startswith", "endswith", "contains", "tolower", "toupper", "trim", "concat",
    "round", "floor", "ceiling", "cast", "geo.distance", "st_within",
)  # fmt: skip
OPERATORS = (
    "eq", "ne", "gt", "ge", "lt", "le", "and", "or", "add", "sub", "mul", "div", "mod",
)  # fmt: skip

nasty = st.sampled_from(NASTY)
texts = nasty | st.text(max_size=20) | st.text("0123456789TZ:-+.,;/()'$ %&=_", max_size=24)


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    calls = st.tuples(st.sampled_from(FUNCTIONS), st.lists(inner, max_size=3))
    return (
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(" ".join)
        | calls.map(lambda call: f"{call[0]}({','.join(call[1])})")
        | inner.map(lambda one: f"({one})")
        | inner.map(lambda one: f"not {one}")
    )


filters = st.recursive(
    st.sampled_from(VALUES) | st.sampled_from(PATHS) | nasty, _wider, max_leaves=12
)
"""What a `$filter` may look like: mostly of the grammar, seldom sensible."""

_options = st.one_of(
    st.builds("$top={}".format, st.integers(-1, 1001) | nasty),
    st.builds("$skip={}".format, st.integers(-1, 10**7) | nasty),
    st.builds("$count={}".format, st.sampled_from(("true", "false", "1"))),
    st.builds("$select={}".format, st.lists(st.sampled_from(PATHS), max_size=3).map(",".join)),
    st.builds("$orderby={} {}".format, filters, st.sampled_from(("", "asc", "desc"))),
    st.builds("$filter={}".format, filters),
)
_relations = st.sampled_from(
    ("Datastreams", "Datastream", "Observations", "Thing", "Things", "Locations", "Sensor",
     "HistoricalLocations", "ObservedProperty", "FeatureOfInterest", "Nothing")
)  # fmt: skip
_relation_paths = st.lists(_relations, min_size=1, max_size=3).map("/".join)
expansions = st.recursive(
    _relation_paths,
    lambda inner: (
        st.builds(
            "{}({})".format,
            _relation_paths,
            st.lists(_options | inner.map("$expand={}".format), max_size=3).map(";".join),
        )
        | st.lists(inner, min_size=1, max_size=3).map(",".join)
    ),
    max_leaves=5,
)
