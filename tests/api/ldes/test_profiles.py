"""What every profile gives becomes members that satisfy their shape."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from deploy.installation import EXAMPLES
from schemas import errors
from schemas.cities.registry import Registry, load_registry
from schemas.self_check import example_payload, interpret
from schemas.wire import Observation
from tests.api.ldes.demonstration import Writers, members_of
from tests.api.ldes.graphs import graph
from tests.shapes import complaints

PROFILES = Path(errors.__file__).parent / "profiles"
IDS = sorted(str(file.relative_to(PROFILES).with_suffix("")) for file in PROFILES.glob("*/*.yaml"))


@cache
def registry() -> Registry:
    return load_registry([EXAMPLES / "leiedonk"])


def observations(profile_id: str) -> Iterator[Observation]:
    """Yield what a profile's own examples become."""
    profile = registry().cities["leiedonk"].library.profile(profile_id)
    for example in profile.definition.examples:
        name = example.topic.rsplit("/", 1)[-1]
        yield from interpret(
            profile,
            example_payload(example),
            thing=name,
            received_time=example.received_time,
            zone=example.zone,
            port=example.port,
        ).result.observations


@pytest.mark.parametrize("profile_id", IDS)
def test_examples_of_a_profile_become_members_that_satisfy_their_shape(profile_id: str) -> None:
    writers = Writers(registry())
    members = [writers.write("leiedonk", profile_id, one) for one in observations(profile_id)]

    assert complaints(graph("".join(one.text for one in members)), "observation") == ""


def test_every_kind_of_member_of_the_demonstration_satisfies_its_shape() -> None:
    """Members of a kind have the same lines but for their numbers, times and texts.

    All devices of the demonstration speak in five minutes; their first messages are of hours ago.
    """
    kinds = {one.kind: one for one in members_of(timedelta(minutes=5))}
    text = "".join(one.text for one in kinds.values())

    assert len(kinds) > 200
    assert complaints(graph(text), "observation") == ""


def test_most_profiles_have_something_to_say() -> None:
    silent = [profile_id for profile_id in IDS if not list(observations(profile_id))]

    assert len(silent) < len(IDS) / 4, silent
