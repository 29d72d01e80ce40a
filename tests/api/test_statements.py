"""The compiler's SQL: as it was agreed, and never with a text of the caller in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import Caller
from api.sensorthings.entities import COLLECTIONS, DATASTREAM, ENTITIES, OBSERVATION, THING
from api.sensorthings.options import parse_options
from api.sensorthings.statements import Origin, Statement, Wanted, page_of
from api.settings import Limits
from schemas.errors import QueryRejected

CALLER = Caller(("zonnedorp",))


def compiled(collection: str, origin: Origin | None = None, **options: str) -> Statement:
    query = [(f"${name}", value) for name, value in options.items()]
    wanted = Wanted(
        COLLECTIONS[collection], parse_options(query, limits=Limits()), limit=10, origin=origin
    )
    return page_of(wanted, CALLER)


def short(sql: str) -> str:
    """Return SQL with the relations by their name, in angle brackets."""
    for entity in ENTITIES.values():
        relation = re.escape(entity.relation).replace(":cities", r"\$\d+::text\[\]")
        sql = re.sub(rf"\({relation}\)", f"<{entity.name}>", sql)
    return " ".join(sql.split())


GOLDEN = {
    ("Things", ()): "select t1.thing_id from <Thing> t1 order by t1.thing_id limit 11",
    ("Observations", (("filter", "Datastream/Thing/name eq 'x'"), ("top", "1"))): (
        "select t1.datastream_id, t1.phenomenon_start from <Observation> t1"
        " left join <Datastream> t2 on t2.datastream_id = t1.datastream_id"
        " left join <Thing> t3 on t3.thing_id = t2.thing_id"
        " where (t3.title = $2::text)"
        " order by t1.datastream_id, t1.phenomenon_start limit 11"
    ),
    ("Things", (("filter", "Datastreams/Observations/result gt 5 and id ne 3"),)): (
        "select t1.thing_id from <Thing> t1 where"
        " ((exists (select from <Datastream> t2 where t2.thing_id = t1.thing_id and"
        " (exists (select from <Observation> t3 where t3.datastream_id = t2.datastream_id and"
        " (t3.result_number > $2::int8))))) and (t1.thing_id is distinct from $3::int8))"
        " order by t1.thing_id limit 11"
    ),
    (
        "Observations",
        (("orderby", "phenomenonTime desc"), ("skiptoken", "'1_20260101T000000Z'")),
    ): (
        "select t1.datastream_id, t1.phenomenon_start from <Observation> t1"
        " where (t1.phenomenon_start, t1.datastream_id) < ($2::timestamptz, $3::int4)"
        " order by t1.phenomenon_start desc, t1.datastream_id desc limit 11"
    ),
    ("Observations", (("filter", "phenomenonTime lt 2026-01-01T00:00:00Z"),)): (
        "select t1.datastream_id, t1.phenomenon_start from <Observation> t1"
        " where (t1.phenomenon_start < $2::timestamptz and"
        " coalesce(t1.phenomenon_end, t1.phenomenon_start) < $2::timestamptz)"
        " order by t1.datastream_id, t1.phenomenon_start limit 11"
    ),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_sql_is_as_agreed(case: tuple[str, tuple[tuple[str, str], ...]]) -> None:
    collection, options = case

    assert short(compiled(collection, None, **dict(options)).sql) == GOLDEN[case]


def test_expansion_is_one_statement_for_all_entities_of_a_page() -> None:
    origin = Origin(THING, THING.navigations["Datastreams"], ((1,), (2,), (3,)))

    statement = compiled("Datastreams", origin)

    assert short(statement.sql) == (
        "select t2.thing_id, found.* from <Thing> t2 cross join lateral ("
        "select t1.datastream_id from <Datastream> t1 where t1.thing_id = t2.thing_id"
        " order by t1.datastream_id limit 11) found where t2.thing_id = any($2::int4[])"
    )
    assert statement.values == [["zonnedorp"], [1, 2, 3]]


@given(st.text(min_size=3).filter(lambda text: "\0" not in text))
def test_no_text_of_the_caller_is_part_of_the_sql(text: str) -> None:
    quoted = text.replace("'", "''")
    plain = compiled("Things", filter="name eq 'x' and properties/y eq 'x'")

    statement = compiled("Things", filter=f"name eq '{quoted}' and properties/y eq '{quoted}'")

    assert statement.sql == plain.sql
    assert text in statement.values


VOCABULARY = """
name id result properties x Datastreams Thing Observations phenomenonTime resultQuality eq ne gt lt
and or not add sub div mod ( ) ( ) , / 'a' 1 2.5 true null now() length substringof
2026-01-01T00:00:00Z duration'P1D' $filter ; = ' -- * \\ " ü
"""
WORDS = st.sampled_from(VOCABULARY.split())


@given(st.sampled_from((DATASTREAM, OBSERVATION, THING)), st.lists(WORDS, max_size=12))
def test_any_filter_is_compiled_or_refused(entity: object, words: list[str]) -> None:
    for collection, one in COLLECTIONS.items():
        if one is entity:
            try:
                statement = compiled(collection, filter=" ".join(words))
            except QueryRejected:
                return
            places = {int(number) for number in re.findall(r"\$(\d+)", statement.sql)}
            assert places == set(range(1, len(statement.values) + 1))
