"""What an audit finds wrong."""

from typing import Any, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "reading.skipped",
    "reading.unaccounted",
    "observation.missing",
    "dead-letter.missing",
    "publication.gap",
    "publication.missing",
    "publication.surplus",
    "version.repeated",
]

SENTENCES: dict[Kind, str] = {
    "reading.skipped": "a reading of city.readings never came to city.observations",
    "reading.unaccounted": "the account of an hour does not count what city.observations holds",
    "observation.missing": "a reading gave an observation that is not in the database",
    "dead-letter.missing": "a reading was rejected, and no dead letter tells of it",
    "publication.gap": "sequences between two publications belong to none",
    "publication.missing": "a row of the database was never published",
    "publication.surplus": "a published change is not in the database",
    "version.repeated": "a version has the result of the one before it",
}


class Finding(NamedTuple):
    """One thing that is wrong.

    Attributes:
        kind: what is wrong, as in `SENTENCES`.
        where: what names the place: partition and offset, datastream and time, or sequences.
    """

    kind: Kind
    where: dict[str, Any]

    def __str__(self) -> str:
        """Return it as a line for people."""
        place = " ".join(f"{name}={value}" for name, value in self.where.items())
        return f"{self.kind}: {SENTENCES[self.kind]} ({place})"
