"""The alarms for Prometheus speak of metrics that there are."""

import re
from pathlib import Path
from typing import Any

import yaml

from schemas import telemetry

RULES = Path(__file__).parent.parent.parent / "deploy/prometheus/stadspuls.rules.yaml"
NAMES = {
    f"{one.name}_total" if one.kind == "counter" else one.name: set(one.labels)
    for one in telemetry.ALL
}


def rules() -> list[dict[str, Any]]:
    """Return all rules of the file."""
    content = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


def test_rules_use_metrics_and_labels_of_the_closed_list() -> None:
    for rule in rules():
        used = re.findall(r"(stadspuls_\w+)(?:\{(\w+)=)?", rule["expr"])
        for name, label in used:
            assert name in NAMES, rule
            assert not label or label in NAMES[name], rule


def test_shares_are_by_labels_that_the_metric_has() -> None:
    for labels in re.findall(r"by \(([^)]*)\)", " ".join(rule["expr"] for rule in rules())):
        assert set(labels.split(", ")) <= NAMES["stadspuls_normalise_readings_total"]


def test_alarms_say_what_is_the_matter() -> None:
    alarms = [rule for rule in rules() if "alert" in rule]

    assert len(alarms) == 4
    assert all(rule["annotations"]["summary"] for rule in alarms)
