"""What is to be said anew of things, sensors, models, features, properties and datastreams."""

from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any, Final

from api.entities.kinds import KINDS, Kind
from api.feeds.event import MARK, SUBJECT, Change
from api.iris import Iris
from api.ldes.series import AnyConnection
from api.ldes.star import Star

_CHANGED: Final = (files("api.feeds") / "changed.sql").read_text(encoding="utf-8")
_GONE: Final = (files("api.feeds") / "gone.sql").read_text(encoding="utf-8")
_FIRST: Final = ("observed_property", "model", "thing", "feature_of_interest", "sensor")
_ORDERED: Final = sorted(
    KINDS, key=lambda kind: _FIRST.index(kind.name) if kind.name in _FIRST else len(_FIRST)
)
"""What others name comes before those that name it."""

_MOST: Final = 2000
"""Of a kind in one turn: what is more comes in the next."""

_EVERYBODY: Final[list[str]] = []


async def entity_changes(connection: AnyConnection, iris: Iris) -> AsyncIterator[Change]:
    """Yield what changed since it was last said; what is no longer there for everybody is last."""
    for kind in _ORDERED:
        for row in await connection.fetch(_changed(kind), _EVERYBODY, _MOST):
            yield _change(kind, dict(row), iris)
    for row in await connection.fetch(_gone(), _EVERYBODY):
        yield Change(row["feed"], row["subject"], "delete", b"", "")


def _change(kind: Kind, row: dict[str, Any], iris: Iris) -> Change:
    described = kind.say(Star(SUBJECT, MARK), row, iris).text
    known = row["told_activity"] not in (None, "delete")
    return Change(
        row["feed"], row["subject"], "update" if known else "create", row["digest"], described
    )


def _changed(kind: Kind) -> str:
    return f"with entity as materialized ({_of(kind)})\n{_CHANGED}"


def _gone() -> str:
    every = " union all ".join(f"({_of(kind, 'e.feed, e.subject')})" for kind in KINDS)
    return f"with entity as materialized ({every})\n{_GONE}"


def _of(kind: Kind, columns: str = "*") -> str:
    # $1 stands here too, as not every relation asks who is asking.
    return f"select {columns} from ({kind.relation}) e where $1::text[] is not null"  # noqa: S608
