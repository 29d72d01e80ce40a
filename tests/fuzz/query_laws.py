"""Whatever a caller asks: it is understood, or refused with a sentence; nothing else."""

from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from api.access import Caller
from api.exports import wishes as exports
from api.figures import wishes as figures
from api.identifiers import observation_id, parse_observation_id
from api.ldes.serving.places import place_of
from api.live.filters import filter_of, last_event_id
from api.negotiation import Form, accepted
from api.queries import query_of
from api.sensorthings.addresses import parse_address
from api.sensorthings.compiler import Compiler
from api.sensorthings.entities import COLLECTIONS
from api.sensorthings.options import parse_options
from api.sensorthings.parser import parse_expression
from api.settings import Limits
from tests.fuzz.laws import NOW, VOCABULARY, law, refused_or
from tests.fuzz.words import expansions, filters, texts

LIMITS = Limits()
CALLER = Caller(("zonnedorp",))
_dates = st.datetimes().map(lambda time: time.isoformat() + "Z")
_values = texts | _dates | st.sampled_from(("1", "2,3", "hour", "day", "good", "error", "silent"))


def queries(names: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Return query strings, taken apart, that mostly use these names."""
    return st.lists(st.tuples(st.sampled_from(names) | texts, _values), max_size=6)


@law
@given(text=filters | texts, entity=st.sampled_from(sorted(COLLECTIONS)))
def filter_is_compiled_or_refused(text: str, entity: str) -> None:
    """A `$filter` becomes a condition in which nothing of it stands, or is refused."""
    expression = refused_or(lambda: parse_expression(text))
    if expression is None:
        return
    compiler = Compiler(CALLER)
    scope = compiler.scope(COLLECTIONS[entity])
    condition = refused_or(lambda: compiler.condition(expression, scope))
    for value in ("drop table", "passwd"):
        assert value not in (condition or "")


@law
@given(
    options=st.lists(
        st.tuples(
            st.sampled_from(("$filter", "$orderby", "$expand", "$select", "$top", "$skiptoken")),
            filters | expansions | texts,
        ),
        max_size=4,
    )
)
def options_are_read_or_refused(options: list[tuple[str, str]]) -> None:
    """Query options of SensorThings become options within the limits, or are refused."""
    refused_or(lambda: parse_options(options, limits=LIMITS))


@law
@given(
    path=texts.map(lambda text: "/" + text) | st.from_regex(r"(/[A-Z][a-z]{3,9}s?\(.{0,9}\)){0,5}")
)
def address_is_walked_or_refused(path: str) -> None:
    """An address of SensorThings has steps, or does not exist."""
    refused_or(lambda: parse_address(path, most=LIMITS.path_segments))


@law
@given(query=queries(tuple(exports.PARAMETERS)))
def export_is_wished_for_or_refused(query: list[tuple[str, str]]) -> None:
    """What an export is asked for is understood, or refused."""
    refused_or(lambda: exports.wishes_of(query, limits=LIMITS, vocabulary=VOCABULARY))


@law
@given(query=queries(tuple(figures.PARAMETERS)))
def figures_are_wished_for_or_refused(query: list[tuple[str, str]]) -> None:
    """What figures are asked for is understood, or refused, and never without a bound."""
    wishes = refused_or(lambda: figures.wishes_of(query, limits=LIMITS, now=NOW))
    if wishes is not None:
        refused_or(lambda: wishes.check(5))


@law
@given(
    query=queries(("city", "theme", "datastream", "bbox", "quality", "flag", "lastEventId")),
    header=st.none() | texts,
)
def live_filter_is_understood_or_refused(query: list[tuple[str, str]], header: str | None) -> None:
    """What a live client wants to hear is understood, or refused."""
    refused_or(lambda: filter_of(query, CALLER, VOCABULARY))
    last = refused_or(lambda: last_event_id(query, header))
    assert last is None or 0 <= last < 1 << 63


@law
@given(raw=st.binary(max_size=60) | texts.map(lambda text: text.encode(errors="replace")))
def query_string_is_read_or_refused(raw: bytes) -> None:
    """Any bytes behind the question mark are names and values without NUL, or refused."""
    connection = HTTPConnection({"type": "http", "query_string": raw})
    for name, value in refused_or(lambda: query_of(connection, most=100)) or ():
        assert "\0" not in name + value


@law
@given(header=texts | st.from_regex(r"(text|\*)/(csv|\*);q=[0-9.e+-]{0,9}(,.{0,20})?"))
def accept_header_chooses_or_is_refused(header: str) -> None:
    """Any `Accept` chooses a form that there is, or none."""
    forms = (Form("json", "application/json"), Form("csv", "text/csv"))
    assert refused_or(lambda: accepted(header, forms)) in (None, *forms)


@law
@given(path=texts | st.from_regex(r"[a-z]{1,9}/[a-z-]{1,9}(/page/[0-9]{1,12})?(\.[a-z]{1,20})?"))
def node_of_an_event_stream_is_named_or_refused(path: str) -> None:
    """Any address below `/ldes/` is a node, or does not exist."""
    refused_or(lambda: place_of(path))


@law
@given(text=texts | st.from_regex(r"[0-9]{1,10}_[0-9]{8}T[0-9]{6}(\.[0-9]{6})?Z"))
def id_of_an_observation_is_one_or_none(text: str) -> None:
    """A text that is an id is the only one of its observation."""
    key = parse_observation_id(text)
    assert key is None or observation_id(*key) == text
