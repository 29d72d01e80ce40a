"""rdf-connect's `ldes-client`, the reference client, beside sensors that never stop.

It runs with one request at a time: with more, version 0.3.0 fetches a changing node again while
it still reads it, and emits some members twice, whoever publishes them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.npm_programs import LdesClient, Member
from tests.clients.site import Site, site_in
from tests.clients.writing import measuring
from tests.journey.running import eventually

pytestmark = [
    pytest.mark.clients,
    pytest.mark.xdist_group("event streams"),
    pytest.mark.timeout(900),
]

PER_SECOND = 700.0
_PATIENCE_SECONDS = 240.0
MANY, FEW = 5600, 1120
_CAREFULLY = ("--concurrent", "1", "--poll-interval", "1000")


@dataclass(frozen=True)
class Replication:
    """What clients received of a stream while it was written.

    Attributes:
        published: IRIs of all observations.
        unordered: of a client that followed from the begin on.
        ascending: of one that followed in order.
        first, second: of one that ended while the stream was written, and went on afterwards.
        fetches: of each closed page, by these three clients together.
    """

    published: set[str]
    unordered: Sequence[Member]
    ascending: Sequence[Member]
    first: Sequence[Member]
    second: Sequence[Member]
    fetches: dict[str, int]


@pytest.fixture(scope="module", name="site")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A platform of which nobody else asks or stores anything: everything is counted."""
    with site_in(tmp_path_factory.mktemp("replicated")) as running:
        yield running


@pytest.fixture(scope="module")
def replication(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Replication:
    """Let clients replicate a stream that is being written."""
    state = tmp_path_factory.mktemp("states")
    followers: list[LdesClient] = []
    try:
        with measuring(site.platform, "kade", observations=MANY, per_second=PER_SECOND):
            eventually(lambda: site.platform.get(site.path).is_success)
            for order in ("none", "ascending"):
                words = ("-f", "-o", order, "-s", str(state / order), *_CAREFULLY)
                followers.append(LdesClient(site.url, *words))
            first = _run_to_the_end(site, state)
        with measuring(site.platform, "laan", observations=FEW, per_second=PER_SECOND):
            pass
        eventually(lambda: len(site.published()) >= MANY + FEW, seconds=_PATIENCE_SECONDS)
        eventually(
            lambda: all(len(one.members) >= MANY + FEW for one in followers),
            seconds=_PATIENCE_SECONDS,
        )
    finally:
        for one in followers:
            one.stop()
    second = _run_to_the_end(site, state)
    unordered, ascending = (one.members for one in followers)
    return Replication(
        site.published(), unordered, ascending, first, second, site.proxy.fetches_of_closed_pages()
    )


def _run_to_the_end(site: Site, state: Path) -> Sequence[Member]:
    """Let a client fetch what is there, and end."""
    client = LdesClient(site.url, "-s", str(state / "resumed"), *_CAREFULLY)
    assert client.wait() == 0, client.complaints
    return client.members


def iris(members: Sequence[Member]) -> list[str]:
    return [member.iri for member in members]


def test_following_client_receives_what_was_published_none_twice(
    replication: Replication,
) -> None:
    received = iris(replication.unordered)

    assert len(received) == len(set(received))
    assert set(received) == replication.published


def test_ordered_client_receives_it_as_it_happened(replication: Replication) -> None:
    received = iris(replication.ascending)
    times = [member.created for member in replication.ascending]

    assert len(received) == len(set(received))
    assert set(received) == replication.published
    assert times == sorted(times)


def test_client_that_resumes_receives_the_rest(replication: Replication) -> None:
    first, second = iris(replication.first), iris(replication.second)

    assert first
    assert second
    assert len(first) + len(second) == len({*first, *second})
    assert {*first, *second} == replication.published


def test_closed_pages_are_fetched_once_by_each_client(replication: Replication) -> None:
    """Who has all members of a page before it closes may end without having fetched it closed."""
    fetches = list(replication.fetches.values())

    assert fetches.count(3) > 5
    assert max(fetches) == 3
