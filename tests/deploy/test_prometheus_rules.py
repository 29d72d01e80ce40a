"""The alarms for Prometheus: of metrics that there are, and raised when they are to be."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.stack.promtool import promtool
from schemas import telemetry

RULES = Path(__file__).parent.parent.parent / "deploy/prometheus/stadspuls.rules.yaml"
EXAMPLES = Path(__file__).with_name("stadspuls.rules.test.yaml")
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
LABELS = {
    f"{one.name}{suffix}": {*one.labels, *(["le"] if suffix == "_bucket" else [])}
    for one in telemetry.ALL
    for suffix in SUFFIXES[one.kind]
}


def rules() -> list[dict[str, Any]]:
    """Return all rules of the file."""
    content = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


ALARMS = [rule for rule in rules() if "alert" in rule]


def test_rules_use_metrics_and_labels_of_the_closed_list() -> None:
    for rule in rules():
        used = re.findall(r"\b(stadspuls_\w+)(?:\{(\w+)=)?", rule["expr"])
        for name, label in used:
            assert name in LABELS, rule
            assert not label or label in LABELS[name], rule


def test_sums_are_by_labels_that_their_metrics_have() -> None:
    for rule in rules():
        has = set().union(*(LABELS[name] for name in re.findall(r"\bstadspuls_\w+", rule["expr"])))
        for labels in re.findall(r"by \(([^)]*)\)", rule["expr"]):
            assert {*labels.split(", ")} <= has, rule


def test_alarms_say_what_is_the_matter_and_how_bad_it_is() -> None:
    assert all(rule["annotations"]["summary"] for rule in ALARMS)
    assert {rule["labels"]["severity"] for rule in ALARMS} == {"warning", "critical"}


def test_every_alarm_is_raised_by_an_example() -> None:
    examples = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))["tests"]
    raised = {
        one["alertname"]
        for example in examples
        for one in example["alert_rule_test"]
        if one.get("exp_alerts")
    }

    assert raised == {rule["alert"] for rule in ALARMS}


@pytest.mark.real
def test_prometheus_own_tool_finds_the_rules_right_and_raises_the_examples() -> None:
    program = promtool()
    if program is None:
        pytest.skip("not installed: promtool (python -m deploy.stack.install)")
    for words in (("check", "rules", RULES), ("test", "rules", EXAMPLES)):
        done = subprocess.run(
            [program, *words], capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
