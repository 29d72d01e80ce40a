"""Which readings are brought again."""

from datetime import timedelta

import pytest

from schemas.cities.registry import Registry
from schemas.errors import Misconfigured
from stream_processors.replay.selection import Selection, chooser
from tests.stream_processors.packs import RECEIVED, reading


@pytest.mark.parametrize(
    ("selection", "is_chosen"),
    [
        (Selection(), True),
        (Selection(city="stad-a"), True),
        (Selection(profile="proef/teller"), True),
        (Selection(profile="proef/meter"), False),
        (Selection(source="city/stad-a/proef/teller/brug"), True),
        (Selection(source="city/+/proef/teller/#"), True),
        (Selection(source="city/stad-a/proef/teller/sluis"), False),
        (Selection(since=RECEIVED), True),
        (Selection(since=RECEIVED + timedelta(seconds=1)), False),
        (Selection(until=RECEIVED), False),
        (Selection(until=RECEIVED + timedelta(seconds=1)), True),
    ],
)
def test_reading_is_chosen_by_all_that_is_asked_for(
    registry: Registry, selection: Selection, is_chosen: bool
) -> None:
    assert chooser(selection, registry)(reading(0)) == is_chosen


def test_inner_profile_chooses_what_its_envelopes_bring(registry: Registry) -> None:
    chooses = chooser(Selection(profile="decentlab/dl-pm"), registry)

    assert chooses(reading(0, source="city/stad-a/the-things-stack/v3/a"))
    assert chooses(reading(0, source="city/stad-a/decentlab/dl-pm/a"))
    assert not chooses(reading(0, source="city/stad-a/telraam/v2/a"))
    assert not chooses(reading(0, source="nobody/maps/this"))


def test_what_was_received_too_early_precedes(registry: Registry) -> None:
    since = Selection(source="city/stad-a/proef/teller/brug", since=RECEIVED)
    precedes = chooser(since.preceding(), registry)

    assert precedes(reading(-1))
    assert not precedes(reading(0))
    assert not precedes(reading(-1, thing="sluis"))
    assert not chooser(Selection().preceding(), registry)(reading(-1))


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(city="stad-b"), "no city stad-b"),
        (Selection(profile="proef/tellr"), "no profile proef/tellr"),
    ],
)
def test_what_nobody_has_is_refused(registry: Registry, selection: Selection, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        chooser(selection, registry)
