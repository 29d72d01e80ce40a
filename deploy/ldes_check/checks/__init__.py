"""One small pure function for each rule: what was seen, and what of it is wrong.

A module holds the rules of one group, and in `CHECKS` says which function is whose.
"""

from collections.abc import Callable, Iterator
from typing import Final

from deploy.ldes_check.checks import (
    bounds,
    closed,
    context,
    entry,
    members,
    negotiation,
    order,
    profile,
    retention,
    smart_flanders,
    transport,
    tree,
    windows,
)
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.rulebook import rules
from deploy.ldes_check.verdict import Sight, Verdict, judge

Check = Callable[[Evidence], Iterator[Sight]]

_MODULES: Final = (
    entry, transport, negotiation, context, retention, tree, bounds, windows, members, order,
    closed, profile, smart_flanders,
)  # fmt: skip
CHECKS: Final[dict[str, Check]] = {
    rule: check for module in _MODULES for rule, check in module.CHECKS.items()
}


def verdicts(evidence: Evidence) -> list[Verdict]:
    """Hold every rule against what was seen."""
    return [judge(rule, CHECKS[rule.id](evidence)) for rule in rules()]
