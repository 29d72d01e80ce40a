"""No address and no query string is answered with an error of ours."""

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from .conftest import ROOT

pytestmark = pytest.mark.embedded

NASTY = [
    "NaN", "nan", "inf", "-inf", "Infinity", "1e400", "-1e400", "1e-400", "-0", "9" * 25,
    "9" * 5000, "-9223372036854775809", "1.7976931348623157e308", "1e38", "%00", "a%00b", "%ff",
    "%C0%80",
    "%ED%A0%80", "%F0%9F%99%82", "%", "%zz", "99999-01-01T00:00:00Z",
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59-14:00", "2026-02-30", "2026-01-01T25:00:00Z", "", "%20", "'", "''", "'x",
    "';drop%20table%20observation;--", "(", ")", "((((", "$", "$1", "{}", "[]",
    "null", "true", "*",
    "../../etc/passwd", "%2e%2e%2f", "\\", "%0d%0aX: y", "a" * 15000, "a" * 20000, "now()", "id",
    "not%20not%20true", "%EF%BB%BF", "%E2%80%AE", "1,2,3", "1;2", "-1", "1.5", "True", "0x10",
    "180,90,-180,-90", "nan,nan,nan,nan", "1,2,3,4", "quarter", "good",
]  # fmt: skip
PARAMETERS = {
    f"{ROOT}/Observations": ("$top", "$skip", "$count", "$orderby", "$select", "$expand",
                             "$filter",
                             "$skiptoken", "$nope", ""),
    f"{ROOT}/Things(1)": ("$select", "$expand", "$filter"),
    "/observations.csv": ("datastream", "city", "theme", "from", "to", "quality", "asOf",
                          "aggregate", "flag", "nope"),
    "/quality": ("datastream", "city", "theme", "state", "period", "from", "to", "nope"),
    "/quality/flags/range.high": ("x",),
    "/observations.json": ("datastream", "from"),
    "/observations.parquet": ("datastream", "from", "aggregate"),
    "/observations.geojson": ("datastream", "city"),
    "/live/observations": ("bbox", "quality", "lastEventId", "datastream", "nope"),
    "/": ("x",),
    "/docs": ("x",),
    "/health": ("x",),
}  # fmt: skip
TEMPLATES = [
    "result gt {}", "result eq {}", "id eq {}", "phenomenonTime gt {}", "result/a eq {}",
    "{} eq {}", "round({}) eq 1", "year({}) eq 1", "substring('abc', {}) eq 'a'",
    "substring('abc', 1, {}) eq 'a'", "result add {} gt 1", "result mul {} mul {} gt 1",
    "result mod {} eq 1", "result div {} eq 1", "now() add {} gt now()",
    "parameters/sequence eq {}",
    "parameters/rawResult gt {}", "Datastream/properties/x eq {}", "resultQuality eq {}",
    "length({}) eq 1", "concat({}, {}) eq 'x'", "date({}) eq {}",
]  # fmt: skip
VALUES = [
    "1e308", "-1e308", "9223372036854775807", "-9223372036854775808", "1e-320", "0", "0.0", "'x'",
    "'NaN'", "'Infinity'", "'infinity'", "null", "true", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "duration'P999999D'", "now()", "mindatetime()", "maxdatetime()",
    "result", "id", "phenomenonTime", "resultQuality", "parameters/sequence",
    "parameters/rawResult",
    "'2026-01-01'", "2026-01-01T00:00:00Z/2025-01-01T00:00:00Z", "Datastream/properties",
]  # fmt: skip


def is_answered(answer: httpx.Response) -> bool:
    """Tell whether an answer is one of ours: done, or refused with a problem document."""
    if answer.status_code < 400:
        return True
    problem = answer.json()
    typed = answer.headers["content-type"] == "application/problem+json"
    refused = answer.status_code < 500 or answer.status_code == 501
    return refused and typed and bool(problem["detail"])


async def test_nasty_values_of_every_parameter_are_answered(client: httpx.AsyncClient) -> None:
    for path, names in PARAMETERS.items():
        for name in names:
            for value in NASTY:
                # A stream would go on for ever: this one is for nobody without a key.
                more = "&datastream=2" if path.startswith("/live") else ""
                answer = await client.get(f"{path}?{name}={value}{more}")
                assert is_answered(answer), (path, name, value, answer.text)


async def test_nasty_paths_are_answered(client: httpx.AsyncClient) -> None:
    for value in NASTY:
        for template in ("/{}", "/sensorthings/{}", ROOT + "/{}", ROOT + "/Things({})",
                         ROOT + "/Observations('{}')", ROOT + "/Things(1)/{}", "/static/{}",
                         ROOT + "/Things(1)/properties/{}", ROOT + "{}"):  # fmt: skip
            answer = await client.get(template.format(value.replace("#", "").replace("?", "")))
            assert is_answered(answer), (template, value, answer.text)


async def test_values_at_the_edge_of_every_type_are_answered(client: httpx.AsyncClient) -> None:
    for template in TEMPLATES:
        for value in VALUES:
            options = {"$filter": template.replace("{}", value), "$top": "3"}
            answer = await client.get(f"{ROOT}/Observations", params=options)
            assert is_answered(answer), (options, answer.text)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "NOPE"])
async def test_other_methods_are_a_problem_with_what_is_allowed(
    client: httpx.AsyncClient, method: str
) -> None:
    for path in (ROOT, f"{ROOT}/Things(1)", "/observations.csv", "/", "/health"):
        answer = await client.request(method, path)
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]
        assert answer.headers["content-type"] == "application/problem+json"


async def test_any_query_string_is_answered(client: httpx.AsyncClient) -> None:
    names = st.sampled_from(("$filter", "$orderby", "$expand", "$select", "$top", "$skiptoken"))
    raw = st.binary(max_size=40).map(lambda bytes_: "".join(f"%{byte:02x}" for byte in bytes_))
    words = st.lists(
        st.sampled_from([*VALUES, "eq", "and", "not", "(", ")", ",", "/", "Datastream", "desc"]),
        max_size=8,
    ).map(" ".join)
    found: list[tuple[str, str]] = []

    @profile(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(names, raw | words | st.text(max_size=30))
    def collect(name: str, value: str) -> None:
        found.append((name, value))

    collect()
    for name, value in found:
        text = value if value.startswith("%") else str(httpx.QueryParams({name: value}))
        query = f"{name}={text}" if value.startswith("%") else text
        answer = await client.get(f"{ROOT}/Observations?{query}")
        assert is_answered(answer), (query, answer.text)
