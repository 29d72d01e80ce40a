"""Every law, with the same examples every time; and what `make fuzz` found, kept."""

import pytest

from tests.fuzz import payload_laws, query_laws
from tests.fuzz.laws import LAWS

assert payload_laws
assert query_laws


@pytest.mark.parametrize("name", sorted(LAWS))
def test_law_holds(name: str) -> None:
    LAWS[name]()
