"""The kinds of entities: what each is known by, where it is kept, what is said of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Final

from api.entities import saying
from api.entities.saying import Row
from api.iris import Iris
from api.ldes.series import AnyConnection
from api.ldes.star import Star

_RELATIONS: Final = files("api.entities") / "relations"


@dataclass(frozen=True)
class Kind:
    """A kind of entity.

    Attributes:
        name: of its relation: `feed`, `subject` (address below the base IRI), and the facts.
        path: address below the base IRI, with its keys.
        keys: columns that tell one from the others.
        say: writes what is said of one.
    """

    name: str
    path: str
    keys: tuple[str, ...]
    say: Callable[[Star, Row, Iris], Star]

    @cached_property
    def relation(self) -> str:
        """SQL of all that a caller sees, with `$1` for the cities whose key is shown."""
        text = (_RELATIONS / f"{self.name}.sql").read_text(encoding="utf-8")
        return text.replace(":cities", "$1::text[]")

    async def find(
        self, connection: AnyConnection, keys: Sequence[int], cities: Sequence[str]
    ) -> Row | None:
        """Return the facts of an entity, if the caller sees it."""
        chosen = " and ".join(f"e.{key} = ${place}" for place, key in enumerate(self.keys, 2))
        row = await connection.fetchrow(
            # $1 stands here too, as not every relation asks who is asking.
            f"select * from ({self.relation}) e where $1::text[] is not null and {chosen}",  # noqa: S608
            cities,
            *keys,
        )
        return dict(row) if row else None


KINDS: Final = (
    Kind("thing", "/id/thing/{thing_id}", ("thing_id",), saying.say_thing),
    Kind(
        "sensor",
        "/id/thing/{thing_id}/sensor/{sensor_id}",
        ("thing_id", "sensor_id"),
        saying.say_sensor,
    ),
    Kind("model", "/id/sensor/{sensor_id}", ("sensor_id",), saying.say_model),
    Kind(
        "feature_of_interest",
        "/id/feature-of-interest/{feature_of_interest_id}",
        ("feature_of_interest_id",),
        saying.say_feature,
    ),
    Kind(
        "observed_property",
        "/id/observed-property/{observed_property_id}",
        ("observed_property_id",),
        saying.say_property,
    ),
    Kind(
        "datastream",
        "/id/datastream/{datastream_id}",
        ("datastream_id",),
        saying.say_datastream,
    ),
)
