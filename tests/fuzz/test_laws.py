"""Every law, with the same examples every time; and what `make fuzz` found, kept."""

import re

import pytest

from schemas.errors import Misconfigured
from tests.fuzz import payload_laws, query_laws
from tests.fuzz.laws import LAWS

assert query_laws


@pytest.mark.parametrize("name", sorted(LAWS))
def test_law_holds(name: str) -> None:
    LAWS[name]()


def test_example_that_is_no_hexadecimal_is_told_by_its_line() -> None:
    text = next(text for text in payload_laws.TEXTS if "\n    payload_hex: " in text)
    spoilt = re.sub(r"\n    payload_hex: .*", '\n    payload_hex: "01x2"', text, count=1)

    with pytest.raises(Misconfigured, match=r"acme/probe\.yaml.*hexadecimal"):
        payload_laws._compiled(spoilt.encode())
