"""SHACL property paths."""

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from deploy.ldes_check.graph import Graph
from deploy.ldes_check.paths import read_path

_DATA = """
@prefix : <https://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:a :p :b . :b :q :c . :b :p :d . :d :p :a .
:paths :are :p , (:p :q) , [ sh:inversePath :p ] , [ sh:alternativePath (:q (:p :p)) ] ,
  [ sh:zeroOrMorePath :p ] , [ sh:oneOrMorePath :p ] , [ sh:zeroOrOnePath :p ] .
"""


def graph(text: str = "") -> Graph:
    return Graph(parse(_DATA + text, RdfFormat.TURTLE))


def node(name: str) -> NamedNode:
    return NamedNode(f"https://e/{name}")


@pytest.mark.parametrize(
    ("place", "start", "ends"),
    [
        (0, "a", "b"),
        (1, "a", "c"),
        (2, "a", "d"),
        (3, "b", "ca"),
        (4, "a", "abd"),
        (5, "a", "abd"),
        (6, "a", "ab"),
        (0, "c", ""),
        (4, "c", "c"),
        (5, "c", ""),
    ],
)
def test_path_leads_to_its_ends(place: int, start: str, ends: str) -> None:
    data = graph()
    path = read_path(data, data.objects(node("paths"), node("are"))[place])

    assert path is not None
    assert path.follow(data, [node(start)]) == {node(end) for end in ends}


def test_paths_that_are_written_alike_are_equal() -> None:
    data = graph(":one :is ( :p [ sh:inversePath :q ] ) . :two :is ( :p [ sh:inversePath :q ] ) .")

    one, two = (
        read_path(data, data.objects(node(name), node("is"))[0]) for name in ("one", "two")
    )

    assert one == two
    assert one != read_path(data, node("p"))


@pytest.mark.parametrize(
    "written",
    ['"p"', "[]", "()", "[ sh:inversePath 3 ]", "( :p 3 )", "[ sh:alternativePath :p ]"],
)
def test_what_is_no_path_is_none(written: str) -> None:
    data = graph(f":one :is {written} .")

    assert read_path(data, data.objects(node("one"), node("is"))[0]) is None


def test_list_that_never_ends_is_read_once() -> None:
    text = """
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    :one :is _:l . _:l rdf:first :p ; rdf:rest _:l .
    """
    data = graph(text)

    path = read_path(data, data.objects(node("one"), node("is"))[0])

    assert path is not None
    assert path.follow(data, [node("a")]) == {node("b")}
