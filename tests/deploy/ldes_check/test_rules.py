"""Each rule finds the fault that is planted for it, and no rule finds another."""

import pytest

from deploy.ldes_check.checks import CHECKS, verdicts
from deploy.ldes_check.examination import examine
from deploy.ldes_check.limits import Limits
from deploy.ldes_check.rulebook import rules
from deploy.ldes_check.verdict import NOT_CHECKED, VIOLATED, Verdict
from tests.deploy.ldes_check.faults import FAULTS, Fault, planted
from tests.deploy.ldes_check.tiny_stream import TinyStream, served


async def examined(stream: TinyStream, limits: Limits | None = None) -> dict[str, Verdict]:
    """Return what came of each rule."""
    with served(stream) as base, pytest.MonkeyPatch.context() as patch:
        # The specification's own sample context is asked of the stream too, as of a proxy.
        patch.setenv("http_proxy", base)
        patch.setenv("no_proxy", "127.0.0.1")
        evidence, _ = await examine(base + stream.entry, limits or Limits())
    return {verdict.rule.id: verdict for verdict in verdicts(evidence)}


def violated(found: dict[str, Verdict]) -> dict[str, list[str]]:
    """Return the words of each violated rule."""
    return {
        rule: [f"{one.where}: {one.problem}" for one in verdict.findings]
        for rule, verdict in found.items()
        if verdict.outcome == VIOLATED
    }


def test_every_rule_has_a_check_and_a_planted_fault() -> None:
    names = [rule.id for rule in rules()]

    assert len(set(names)) == len(names)
    assert set(names) == set(CHECKS) == {rule for rule, _ in FAULTS}


async def test_conforming_stream_violates_nothing() -> None:
    found = await examined(TinyStream())

    assert violated(found) == {}
    assert not [one for one in found.values() if one.outcome == NOT_CHECKED]
    assert found["tree.contained"].seen == 6


@pytest.mark.parametrize(
    ("rule", "fault"), [pytest.param(rule, fault, id=rule) for rule, fault in FAULTS]
)
async def test_planted_fault_is_found(rule: str, fault: Fault) -> None:
    found = await examined(planted(fault))

    assert list(violated(found)) == [rule], violated(found)
