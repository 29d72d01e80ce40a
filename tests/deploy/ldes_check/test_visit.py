"""The visit: polite, within its limits, and not to be confused by what it finds."""

import json
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.ldes_check.answer import Answer
from deploy.ldes_check.checks import verdicts
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.examination import Expense, examine
from deploy.ldes_check.json_ld import with_contexts_inside
from deploy.ldes_check.limits import Limits
from deploy.ldes_check.second_look import spread
from deploy.ldes_check.visitor import Visitor
from schemas.errors import Unavailable
from tests.deploy.ldes_check.tiny_stream import CLOSED, Document, TinyStream, served


async def visited(stream: TinyStream, limits: Limits | None = None) -> tuple[Evidence, Expense]:
    with served(stream) as base:
        return await examine(base + stream.entry, limits or Limits())


async def asked(stream: TinyStream, path: str, limits: Limits) -> Answer:
    with served(stream) as base:
        async with Visitor(limits) as visitor:
            return await visitor.ask(base + path)


async def test_every_page_is_visited_once_by_the_walk() -> None:
    evidence, expense = await visited(TinyStream())

    assert [node.link.rpartition("/")[2] for node in evidence.nodes] == ["ldes", "12", "10", "11"]
    assert evidence.tree.unvisited == []
    assert expense.cut == ""


async def test_part_of_a_large_tree_holds_both_of_its_ends() -> None:
    evidence, expense = await visited(TinyStream(), Limits(pages=3, concurrency=1))

    assert [node.link.rpartition("/")[2] for node in evidence.nodes] == ["ldes", "12", "11"]
    assert [link.rpartition("/")[2] for link in evidence.tree.unvisited] == ["10"]
    assert expense.cut == "pages"


async def test_bytes_are_bounded_and_what_was_seen_counts() -> None:
    evidence, expense = await visited(TinyStream(), Limits(bytes=16_000))

    assert expense.cut.startswith("bytes")
    assert expense.bytes < 16_000 + (64 << 10)
    assert evidence.nodes


async def test_limit_below_the_first_page_is_told() -> None:
    with pytest.raises(Unavailable, match="limit of bytes"):
        await visited(TinyStream(), Limits(bytes=100))


async def test_server_that_is_away_is_a_finding() -> None:
    evidence, _ = await examine("http://127.0.0.1:9/ldes", Limits())

    (first, *others) = verdicts(evidence)
    assert first.wrong == 1
    assert "no page" in first.findings[0].problem
    assert not any(verdict.wrong for verdict in others)


async def test_visitor_waits_as_it_is_told() -> None:
    busy = Document("", status=429, headers=(("Retry-After", "1"),))
    stream = TinyStream(documents={"/a": busy}, later={"/a": Document("")})
    began = time.monotonic()

    answer = await asked(stream, "/a", Limits())

    assert answer.status == 200
    assert answer.put_off == ((429, "1"),)
    assert time.monotonic() - began >= 1


async def test_visitor_gives_up_after_its_tries() -> None:
    stream = TinyStream(
        documents={"/a": Document("", status=503, headers=(("Retry-After", "0"),))}
    )

    answer = await asked(stream, "/a", Limits(tries=3))

    assert answer.status == 503
    assert stream.requests["/a"] == 3


async def test_tree_search_through_a_chain_of_pages_ends() -> None:
    """A server whose every page leads to a next one is visited as far as the limit says."""
    link = "a tree:Relation ; tree:node"
    stream = TinyStream()
    stream.edit("/ldes", "<> a tree:Node", f"<> tree:relation [ {link} </n/1> ] . <> a tree:Node")
    for number in range(1, 300):
        text = f"<> tree:relation [ {link} </n/{number + 1}> ] .\n"
        stream.documents[f"/n/{number}"] = Document(text, CLOSED)

    evidence, expense = await visited(stream, Limits(pages=20))

    assert len(evidence.tree.nodes) == 20
    assert expense.cut == "pages"


def test_spread_takes_both_ends() -> None:
    assert spread("abc", 5) == ["a", "b", "c"]
    assert spread("abcdefg", 3) == ["a", "d", "g"]
    assert spread("abc", 1) == ["c"]


async def test_remote_contexts_are_put_inside() -> None:
    contexts = {
        "https://e/one": {"@context": ["two", {"a": "https://e/a"}]},
        "https://e/two": {"@context": {"b": "https://e/b"}},
    }

    async def fetch(address: str) -> bytes:
        return json.dumps(contexts[address]).encode()

    document = [{"@context": "one", "a": {"@context": None, "b": 1}}]
    body, found = await with_contexts_inside(json.dumps(document).encode(), "https://e/", fetch)

    assert found == set(contexts)
    assert json.loads(body) == [
        {
            "@context": [{"b": "https://e/b"}, {"a": "https://e/a"}],
            "a": {"@context": None, "b": 1},
        }
    ]


async def test_contexts_that_refer_to_themselves_end() -> None:
    async def fetch(_: str) -> bytes:
        return b'{"@context": "again"}'

    with pytest.raises(ValueError, match="deep"):
        await with_contexts_inside(b'{"@context": "again"}', "https://e/", fetch)


_WORDS = st.sampled_from(
    ['"x"', "7", "true", "<>", "</ldes/10>", "[]", "()", '"2026"^^xsd:dateTime', "tree:member"]
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from(["/ldes", "/ldes/10", "/ldes/12", "/shape"]),
    place=st.integers(0, 200),
    word=_WORDS,
)
async def test_no_page_makes_the_checker_fail(path: str, place: int, word: str) -> None:
    """A word of a page is another: the report may be long, but it comes."""
    stream = TinyStream()
    words = stream.documents[path].turtle.split(" ")
    words[place % len(words)] = word
    stream.documents[path] = replace(stream.documents[path], turtle=" ".join(words))

    evidence, _ = await visited(stream)

    assert len(verdicts(evidence)) > 50


async def test_members_of_another_time_are_found() -> None:
    """The planted faults are small; a page that is all wrong gives a finding for each member."""
    stream = TinyStream()
    stream.documents["/ldes/10"] = replace(
        stream.documents["/ldes/10"],
        turtle=stream.documents["/ldes/10"].turtle.replace("T10:", "T13:"),
    )

    evidence, _ = await visited(stream)

    contained = next(v for v in verdicts(evidence) if v.rule.id == "tree.contained")
    assert contained.wrong == 2
