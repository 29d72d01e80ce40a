"""Halt: a profile that reads hardly anything any more stops, and its readings wait.

They wait among the dead letters, whole, with the reason `profile.stopped`; replayed after the
mend, they become observations. What a stopped profile would have given is still counted, so that
it goes on by itself when the share of what it can read is good again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from schemas.wire import Rejection
from stream_processors.steps.passage import Passage

Version: TypeAlias = tuple[str, str, int]


class HaltPolicy(NamedTuple):
    """Share of rejected readings, among the last so many, that stops a profile."""

    share: float = 0.5
    readings: int = 200


@dataclass(frozen=True)
class HaltState:
    """Of each city, profile and version: which of its last readings were rejected."""

    rejected: Mapping[Version, tuple[bool, ...]] = field(default_factory=dict)

    def stopped(self, policy: HaltPolicy) -> list[Version]:
        """Return which are stopped."""
        return [version for version in self.rejected if self._is_stopped(version, policy)]

    def _is_stopped(self, version: Version, policy: HaltPolicy) -> bool:
        window = self.rejected.get(version, ())
        return len(window) >= policy.readings and sum(window) > policy.share * len(window)


def halt(
    batch: Sequence[Passage], state: HaltState, *, policy: HaltPolicy
) -> tuple[list[Passage], HaltState]:
    """Return the batch, with the readings of stopped profiles put aside.

    Whether a profile is stopped is decided by what came before the batch.
    """
    stopped = set(state.stopped(policy))
    passages = [_put_aside(one) if _version(one) in stopped else one for one in batch]
    return passages, _counted(batch, state, policy)


def _counted(batch: Sequence[Passage], state: HaltState, policy: HaltPolicy) -> HaltState:
    fresh: dict[Version, list[bool]] = {}
    for passage in batch:
        version = _version(passage)
        if version is not None:
            fresh.setdefault(version, []).append(passage.result.outcome == "rejected")
    windows = {
        version: (*state.rejected.get(version, ()), *outcomes)[-policy.readings :]
        for version, outcomes in fresh.items()
    }
    return HaltState({**state.rejected, **windows})


def _version(passage: Passage) -> Version | None:
    result = passage.result
    if not result.profile:
        return None
    return result.city, result.profile, passage.profile_version


def _put_aside(passage: Passage) -> Passage:
    result = passage.result
    detail = (
        f"{result.profile} version {passage.profile_version} is stopped in {result.city}: too "
        "many of its readings cannot be read; mend it, then replay"
    )
    reason = Rejection(reason="profile.stopped", detail=detail)
    return passage.with_result(observations=(), rejections=(*result.rejections, reason), empty="")
