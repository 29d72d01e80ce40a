"""Paths: what they find, and what is refused."""

import re
import time
from typing import Any

import pytest

from schemas.errors import ReadingRejected
from schemas.language.paths import MISSING, compile_path

DOCUMENT = {
    "a": {"b": [{"c": 1}, {"c": None}], "d.e": 2},
    "1-0:1.8.1": {"value": "7"},
    "n": None,
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b[0].c", 1),
        ("a.b[1].c", None),
        ('a."d.e"', 2),
        ('"1-0:1.8.1".value', "7"),
        ("n", None),
        ("@", DOCUMENT),
        ("a.b[9].c", MISSING),
        ("a.b.c", MISSING),
        ("x", MISSING),
        ("n.x", MISSING),
        ("a.b[?c == `1`].c | [0]", 1),
        ("length(a.b)", 2),
        ("length(n)", MISSING),
        ("a.b[-1].c", MISSING),
    ],
)
def test_path_finds_what_is_there(path: str, expected: Any) -> None:
    assert compile_path(path)(DOCUMENT) == expected


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("[?@ > `0`] | [?@ > `0`] | [?@ > `0`] | [?@ > `0`]", [1] * 500_000),
        ("[*][*][*]", [[[1] * 50] * 50] * 50),
        ("a[?contains(to_string(@), 'x')]", {"a": [{"b": "y" * 100}] * 50_000}),
    ],
)
def test_path_over_a_huge_payload_is_given_up_soon(path: str, document: Any) -> None:
    begin = time.process_time()

    with pytest.raises(ReadingRejected, match="steps for the path"):
        compile_path(path)(document)

    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("", "between 1 and"),
        ("a" * 301, "between 1 and"),
        ("a.[", "is no path"),
        ("[@, @][] | [@, @][]", "multi-selects"),
        ("{a: b}", "multi-selects"),
        ("map(&a, b)", "not offered"),
        ("sort_by(a, &b)", "not offered"),
        ("a[*]" + "[*]" * 60, "too involved"),
        ("(" * 120 + "a" + ")" * 120, ""),
    ],
)
def test_path_that_could_cost_much_is_refused(path: str, advice: str) -> None:
    if not advice:
        assert compile_path(path)({"a": 1}) == 1
        return
    with pytest.raises(ValueError, match=re.escape(advice)):
        compile_path(path)
