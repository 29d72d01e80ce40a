"""The principles of the charter, as data."""

from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from schemas.vocabulary_entries import Text
from schemas.yaml_source import read_model, read_yaml


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Principle(_Entry):
    """A principle.

    Attributes:
        says: what it asks for, in our words.
        comply: what is said when it is met; with figures to fill in.
        explain: what is said when it is not.
        shown: what the platform can show of a principle that is about people.
    """

    number: int
    title: Text
    says: Text
    comply: Text | None = None
    explain: Text | None = None
    shown: Text | None = None


class Limits(_Entry):
    """Where a measurable principle ends to be met."""

    most_publication_seconds: float
    most_licences: int
    most_silent_days: int


class Charter(_Entry):
    """All of it.

    Attributes:
        undeclared: said of a principle about people where the city says nothing.
    """

    principles: tuple[Principle, ...]
    undeclared: Text
    limits: Limits


@cache
def charter() -> Charter:
    """Return the charter, read once."""
    return read_model(read_yaml(files("api.charter") / "principles.yaml"), Charter)
