"""What came of one rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from deploy.ldes_check.rulebook import Rule

PASSED: Final = "passed"
VIOLATED: Final = "violated"
NOTHING: Final = "nothing to check"
NOT_CHECKED: Final = "not checked"
_MOST_KEPT: Final = 20


class Sight(NamedTuple):
    """One thing that a rule was held against.

    Attributes:
        where: address of the page.
        problem: what is wrong there; empty when it is in order.
    """

    where: str
    problem: str = ""


class NotChecked(Exception):
    """A rule cannot be held against what was seen; the words say what is missing."""


@dataclass(frozen=True)
class Verdict:
    """What came of a rule.

    Attributes:
        outcome: passed, violated, nothing to check, or not checked.
        seen: things that it was held against.
        wrong: those of them that violate it.
        findings: the first of these.
        reason: why it was not checked.
    """

    rule: Rule
    outcome: str
    seen: int = 0
    wrong: int = 0
    findings: Sequence[Sight] = ()
    reason: str = ""


def judge(rule: Rule, sights: Iterable[Sight]) -> Verdict:
    """Count what was seen."""
    seen, wrong, findings = 0, 0, list[Sight]()
    try:
        for sight in sights:
            seen += 1
            if sight.problem:
                wrong += 1
                findings += [sight] if wrong <= _MOST_KEPT else []
    except NotChecked as reason:
        return Verdict(rule, NOT_CHECKED, reason=str(reason))
    outcome = VIOLATED if wrong else PASSED if seen else NOTHING
    return Verdict(rule, outcome, seen, wrong, findings)
