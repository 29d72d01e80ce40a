"""The rules as data."""

from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE: Final = "rules.yaml"


class Rule(BaseModel):
    """One thing that a specification asks of a server.

    Attributes:
        id: group and name.
        level: MUST or SHOULD.
        says: the rule in one sentence.
        source: where to read it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z-]+\.[a-z-]+$")
    level: str = Field(pattern="^(MUST|SHOULD)$")
    says: str
    source: str


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, in the order of the file."""
    text = files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    facts = yaml.safe_load(text)
    return tuple(
        Rule(**{**rule, "source": _address(rule["source"], facts["sources"])})
        for rule in facts["rules"]
    )


def _address(source: str, sources: dict[str, str]) -> str:
    name, sign, section = source.partition("#")
    return sources[name] + sign + section
