"""The report: each principle with what is measured or declared, comply or explain."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from api.charter.figures import CityReport, Figures
from api.charter.principles import Principle, charter
from api.charter.rules import RULES
from api.instants import instant_text
from api.portal.texts import LANGUAGES, Language, Texts
from api.portal.wording import Wording

Outcome: TypeAlias = Literal["comply", "explain", "declared", "undeclared"]

_LENGTHS: Final = ("arrival_p95", "publication_p95", "most_publication_seconds")


def report_of(known: CityReport, city: str, *, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return the report as a JSON object; numbers in its texts as each language writes them."""
    names = {one: _filled_in(known, Wording(one, texts)) for one in LANGUAGES}
    principles = [_judged(one, known, names) for one in charter().principles]
    outcomes = [one["outcome"] for one in principles]
    return {
        "city": city,
        "name": known.name,
        "generatedAt": instant_text(now.replace(microsecond=0)),
        "summary": {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
        "principles": principles,
        "figures": _json(known.figures),
    }


def _judged(
    principle: Principle, known: CityReport, names: Mapping[Language, Mapping[str, str]]
) -> dict[str, Any]:
    declared = known.said.charter.get(str(principle.number))
    outcome: Outcome = "declared" if declared else "undeclared"
    said = principle.shown
    if principle.number in RULES:
        met = RULES[principle.number](known.figures, charter().limits)
        outcome = "comply" if met else "explain"
        said = principle.comply if met else principle.explain
    told = {
        language: getattr(said, language).format(**names[language]) if said else ""
        for language in LANGUAGES
    }
    if outcome == "undeclared":
        told = {
            language: f"{text} {getattr(charter().undeclared, language)}".strip()
            for language, text in told.items()
        }
    return {
        "number": principle.number,
        "title": principle.title.model_dump(),
        "principle": principle.says.model_dump(),
        "outcome": outcome,
        "measured": told,
        "declared": {"nl": declared.nl, "en": declared.en} if declared else None,
    }


def _filled_in(known: CityReport, say: Wording) -> Mapping[str, str]:
    """Return the figures as people read them, and what else the texts name."""
    figures, limits = known.figures, charter().limits
    contact = known.said.contact
    return {
        **{name: _words(name, value, say) for name, value in asdict(figures).items()},
        **{name: _words(name, value, say) for name, value in limits.model_dump().items()},
        "contact": f"{contact.name} ({contact.email})" if contact.email else "-",
    }


def _words(name: str, value: Any, say: Wording) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if name in ("validity", "completeness"):
        return say.share(value)
    if name in _LENGTHS:
        return say.seconds(value)
    return say.number(value) if isinstance(value, int | float) else str(value)


def _json(figures: Figures) -> Mapping[str, Any]:
    return {
        _camel(name): instant_text(value) if isinstance(value, datetime) else value
        for name, value in asdict(figures).items()
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
