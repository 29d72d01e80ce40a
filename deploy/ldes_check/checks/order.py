"""Rules about the order of members, and of the versions of what they are about."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.graph import Term
from deploy.ldes_check.page import Page
from deploy.ldes_check.paths import Path
from deploy.ldes_check.samples import Found
from deploy.ldes_check.terms import TRUE
from deploy.ldes_check.values import instant_of, is_date_time, span_of
from deploy.ldes_check.verdict import Sight


def _is_literal(term: Term) -> bool:
    return isinstance(term, Literal) and span_of(term) is not None


def _is_iri(term: Term) -> bool:
    return isinstance(term, NamedNode)


def _exactly_one(
    evidence: Evidence, name: str, is_right: Callable[[Term], bool]
) -> Iterator[Sight]:
    """Hold every member against a path of the stream."""
    path = evidence.stream.path(name) if evidence.stream else None
    if path is None:
        return
    for member in evidence.described_members:
        found = member.values(path)
        words = ""
        if len(found) != 1 or not all(map(is_right, found)):
            shown = ", ".join(sorted(map(str, found))) or "nothing"
            words = f"{member.iri} has {shown} at ldes:{name}"
        yield Sight(member.node.page.url, words)


def timestamp(evidence: Evidence) -> Iterator[Sight]:
    """Members have a time."""
    yield from _exactly_one(evidence, "timestampPath", is_date_time)


def sequence(evidence: Evidence) -> Iterator[Sight]:
    """Members have a place among those of the same time."""
    yield from _exactly_one(evidence, "sequencePath", _is_literal)
    time, path = _paths(evidence)
    if path is None:
        return
    places: dict[tuple[Any, ...], Term] = {}
    for member in evidence.members:
        key = tuple(member.values(one) for one in (time, path) if one)
        other = places.setdefault(key, member.iri)
        words = ""
        if other != member.iri and all(key):
            words = f"{member.iri} and {other} have the same time and sequence"
        yield Sight(member.node.page.url, words)


def version_of(evidence: Evidence) -> Iterator[Sight]:
    """Members say what they are versions of."""
    yield from _exactly_one(evidence, "versionOfPath", _is_iri)


def version_order(evidence: Evidence) -> Iterator[Sight]:
    """Versions can be put in order."""
    yield from _exactly_one(evidence, "versionTimestampPath", is_date_time)
    yield from _exactly_one(evidence, "versionSequencePath", _is_literal)


def monotone(evidence: Evidence) -> Iterator[Sight]:
    """Time never goes back."""
    time, _ = _paths(evidence)
    if evidence.stream is None or time is None:
        return
    for look in evidence.second_looks:
        if look.node.page.is_closed:
            continue
        before = _times(look.node.page, evidence.stream.iri, time)
        after = _times(look.again, evidence.stream.iri, time)
        new = {member: at for member, at in after.items() if member not in before}
        if before and new:
            latest = max(before.values())
            early = [member for member, at in new.items() if at < latest]
            words = f"{len(early)} new members are earlier than {latest}, such as {early[:1]}"
            yield Sight(look.again.url, words if early else "")


def _times(page: Page, stream: Term, time: Path) -> dict[Term, Any]:
    found = {}
    for member in page.members(stream):
        instants = [instant_of(value) for value in time.follow(page.graph, [member])]
        if len(instants) == 1 and instants[0] is not None:
            found[member] = instants[0]
    return found


def transactions(evidence: Evidence) -> Iterator[Sight]:
    """Who ends a transaction is the last of it."""
    stream = evidence.stream
    path, ends = (
        (stream.path("transactionPath"), stream.path("transactionFinalizedPath"))
        if stream
        else (None, None)
    )
    time, _ = _paths(evidence)
    if stream is None or path is None or ends is None or time is None:
        return
    final = (stream.values("transactionFinalizedObject") or [TRUE])[0]
    groups: dict[Term, list[Found]] = defaultdict(list)
    for member in evidence.members:
        for value in member.values(path):
            groups[value].append(member)
    for name, members in groups.items():
        last = [one for one in members if final in one.values(ends)]
        yield Sight(members[0].node.page.url, _too_early(name, members, last, time))


def _too_early(name: Term, members: Sequence[Found], last: Sequence[Found], time: Path) -> str:
    instants = [at for one in members for at in map(instant_of, one.values(time)) if at]
    for one in last:
        own = [at for at in map(instant_of, one.values(time)) if at]
        if own and max(own) < max(instants):
            return f"{one.iri} finalises the transaction {name} before its last member"
    return ""


def _paths(evidence: Evidence) -> tuple[Path | None, Path | None]:
    stream = evidence.stream
    if stream is None:
        return None, None
    return stream.path("timestampPath"), stream.path("sequencePath")


CHECKS: Final = {
    "members.timestamp": timestamp,
    "members.sequence": sequence,
    "members.version-of": version_of,
    "members.version-order": version_order,
    "members.monotone": monotone,
    "members.transactions": transactions,
}
