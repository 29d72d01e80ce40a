"""What readings give by the profiles of today, for the store as that of a replay."""

from collections.abc import Sequence

from stream_processors.replay.survey import Survey
from stream_processors.steps.deduplicate import without_timeless
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival, Passage
from stream_processors.steps.qualify import qualify


def again(arrivals: Sequence[Arrival], survey: Survey, *, replay: str) -> list[Passage]:
    """Return what the readings that are asked for give today, newest first.

    Args:
        arrivals: of one piece, oldest first.
        survey: of all of them.
        replay: name of the replay.
    """
    chosen = [one for one in arrivals if survey.chooses(one.reading)]
    registry = survey.registry
    passages = qualify(normalise(chosen, registry=registry), registry=registry)
    return [_replayed(one, survey, replay) for one in reversed(passages)]


def _replayed(passage: Passage, survey: Survey, replay: str) -> Passage:
    result = passage.result
    if (result.partition, result.offset) in survey.repeated:
        passage = without_timeless(passage)
    return passage.with_result(replayed=True, replay=replay)
