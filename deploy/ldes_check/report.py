"""What came of a check, for people and as facts."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.examination import Expense
from deploy.ldes_check.verdict import NOT_CHECKED, NOTHING, PASSED, VIOLATED, Verdict

_MOST_SHOWN: Final = 3
_SIGNS: Final = {PASSED: "✓", VIOLATED: "✗", NOTHING: "·", NOT_CHECKED: "?"}
_STYLES: Final = {PASSED: "green", VIOLATED: "bold red", NOTHING: "dim", NOT_CHECKED: "yellow"}


def violations(verdicts: Sequence[Verdict], level: str) -> list[Verdict]:
    """Return the violated rules of a level."""
    return [one for one in verdicts if one.outcome == VIOLATED and one.rule.level == level]


def facts_of(evidence: Evidence, expense: Expense, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return everything, as it goes into JSON."""
    stream = evidence.stream
    return {
        "url": evidence.entry.url,
        "stream": getattr(stream.iri, "value", None) if stream else None,
        "root": stream.root.url if stream else None,
        "pages": len(evidence.tree.nodes),
        "pagesNotVisited": len(evidence.tree.unvisited) if evidence.tree.nodes else 0,
        "members": len(evidence.members),
        "cut": expense.cut,
        "requests": expense.requests,
        "bytes": expense.bytes,
        "seconds": round(expense.seconds, 3),
        "violations": len(violations(verdicts, "MUST")),
        "advice": len(violations(verdicts, "SHOULD")),
        "rules": [_rule_facts(one) for one in verdicts],
    }


def _rule_facts(verdict: Verdict) -> dict[str, Any]:
    return {
        "id": verdict.rule.id,
        "level": verdict.rule.level,
        "outcome": verdict.outcome,
        "seen": verdict.seen,
        "wrong": verdict.wrong,
        "says": verdict.rule.says,
        "source": verdict.rule.source,
        "reason": verdict.reason,
        "findings": [one._asdict() for one in verdict.findings],
    }


def table_of(verdicts: Sequence[Verdict]) -> Table:
    """Return every rule and what came of it."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("", "rule", "level", "seen", "what it asks"):
        table.add_column(name, justify="right" if name == "seen" else "left")
    for one in verdicts:
        style = _STYLES[one.outcome]
        marks = (Text(_SIGNS[one.outcome], style), Text(one.rule.id, style))
        table.add_row(*marks, one.rule.level, f"{one.seen:,}", one.rule.says)
    return table


def lines_of(evidence: Evidence, expense: Expense, verdicts: Sequence[Verdict]) -> Iterator[Text]:
    """Yield what is wrong, what was not checked, and a summary."""
    for one in verdicts:
        if one.outcome == NOT_CHECKED:
            yield Text(f"? {one.rule.id}: {one.reason}", "yellow")
        if one.outcome == VIOLATED:
            yield Text(f"✗ {one.rule.id}: {one.wrong:,} of {one.seen:,}", "bold red")
            for finding in one.findings[:_MOST_SHOWN]:
                yield Text(f"    {finding.where}\n      {finding.problem}")
            yield Text(f"    {one.rule.source}", "dim")
    facts = facts_of(evidence, expense, verdicts)
    yield Text(
        f"{facts['pages']:,} pages with {facts['members']:,} members; "
        f"{facts['requests']:,} requests, {facts['bytes']:,} bytes, {facts['seconds']:.1f} s"
    )
    if expense.cut:
        yield Text(f"A part of it: the limit of {expense.cut} was reached.")
    counts = f"{facts['violations']} violations of MUST, {facts['advice']} of SHOULD"
    yield Text(counts, "bold")
