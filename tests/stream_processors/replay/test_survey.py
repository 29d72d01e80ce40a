"""What is seen the first time through the log."""

from collections.abc import Sequence

import pytest

from schemas.cities.registry import Registry
from schemas.errors import Misconfigured
from schemas.wire import Reading
from stream_processors.kafka_log import Piece
from stream_processors.replay.again import again
from stream_processors.replay.selection import Selection, chooser
from stream_processors.replay.survey import PIECE_READINGS, Survey
from stream_processors.steps.deduplicate import RedeliveryPolicy
from stream_processors.steps.halt import HaltPolicy
from stream_processors.steps.passage import Arrival
from tests.stream_processors.packs import reading


def arrivals(readings: Sequence[Reading], *, first: int = 0) -> list[Arrival]:
    return [
        Arrival(partition=0, offset=first + place, reading=one)
        for place, one in enumerate(readings)
    ]


def surveyed(registry: Registry, found: Sequence[Arrival], **selection: str) -> Survey:
    survey = Survey(
        registry=registry,
        chooses=chooser(Selection(**selection), registry),  # type: ignore[arg-type]
        precedes=lambda _: False,
        redelivery=RedeliveryPolicy(),
    )
    survey.take(0, found)
    survey.finish()
    return survey


def test_log_is_cut_in_pieces_that_hold_what_is_asked_for(registry: Registry) -> None:
    unwanted = [reading(n) for n in range(2 * PIECE_READINGS)]
    wanted = [reading(n, model="meter") for n in range(3)]

    survey = surveyed(registry, arrivals([*unwanted, *wanted], first=7), profile="proef/meter")

    assert survey.readings == 3
    assert survey.pieces == [Piece(0, 7 + 2 * PIECE_READINGS, 7 + 2 * PIECE_READINGS + 3)]


def test_large_payloads_make_small_pieces(registry: Registry) -> None:
    large = [reading(n, payload=b'"' + b"x" * 200_000 + b'"') for n in range(1000)]

    survey = surveyed(registry, arrivals(large))

    assert len(survey.pieces) == 2


def test_message_that_came_before_gives_again_what_it_gave(registry: Registry) -> None:
    """What lies before it in the log is not there when it is read newest first."""
    found = arrivals(
        [
            reading(0, model="meter", payload=b'{"car": 4}'),
            reading(1, model="teller"),
            reading(2, model="meter", payload=b'{"car": 4}', dup=True, seconds=5),
            reading(3, model="meter", payload=b'{"car": 9}', retained=True),
        ]
    )
    survey = surveyed(registry, found)

    given = again(found, survey, replay="r")

    assert survey.repeated == {(0, 2), (0, 3)}
    assert [(one.result.offset, one.result.outcome, one.result.empty) for one in given] == [
        (3, "empty", "retained"),
        (2, "empty", "redelivered"),
        (1, "normalised", ""),
        (0, "normalised", ""),
    ]
    assert all(one.result.replayed and one.result.replay == "r" for one in given)


def test_what_is_not_asked_for_is_remembered_all_the_same(registry: Registry) -> None:
    same = {"model": "meter", "payload": b'{"car": 4}'}
    earlier = reading(0, **same, source="city/stad-a/proef/meter/brug")  # type: ignore[arg-type]
    found = arrivals([earlier, reading(0, **same, dup=True, seconds=1)])  # type: ignore[arg-type]
    survey = Survey(
        registry=registry,
        chooses=lambda one: one.dup,
        precedes=lambda one: not one.dup,
        redelivery=RedeliveryPolicy(),
    )
    survey.take(0, found)

    assert survey.repeated == {(0, 1)}


def test_profile_that_rejects_most_is_named_with_what_to_do(registry: Registry) -> None:
    broken = [reading(n, payload=b"{") for n in range(3)]
    survey = surveyed(registry, arrivals([*broken, reading(3), reading(4, model="meter")]))

    with pytest.raises(Misconfigured, match=r"proef/teller version 1 rejects 3 of 4 .*--force"):
        survey.check(HaltPolicy())


def test_few_that_cannot_be_read_stop_nothing(registry: Registry) -> None:
    survey = surveyed(registry, arrivals([reading(0, payload=b"{"), reading(1), reading(2)]))

    survey.check(HaltPolicy())
    assert survey.readings == 3
