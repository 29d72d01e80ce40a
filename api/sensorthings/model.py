"""What an entity is: its properties, its relations, and where both are in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from schemas.errors import QueryRejected


class Kind(Enum):
    """What a property or an expression is, which decides what it can be compared with."""

    NUMBER = auto()
    TEXT = auto()
    TRUTH = auto()
    TIME = auto()
    SPAN = auto()  # text of a length of time
    INTERVAL = auto()  # columns: start, end
    JSON = auto()
    RESULT = auto()  # columns: number, json
    CODES = auto()  # an array of texts
    OBSERVATION_ID = auto()  # columns: datastream, start
    NULL = auto()


@dataclass(frozen=True)
class Property:
    """A property of an entity.

    Attributes:
        columns: of the entity's relation.
        optional: left out where it is null.
        nullable: the column may hold null.
        members: what lies below it with a column of its own; other names are looked for in JSON.
    """

    name: str
    kind: Kind
    columns: tuple[str, ...]
    optional: bool = False
    nullable: bool = False
    members: Mapping[str, "Property"] = field(default_factory=dict)


@dataclass(frozen=True)
class Navigation:
    """A relation of an entity to others.

    Attributes:
        target: the entity that it leads to, by its name in the singular.
        many: whether it leads to a collection.
        condition: SQL over `{parent}` and `{child}`.
    """

    name: str
    target: str
    many: bool
    condition: str


@dataclass(frozen=True)
class Entity:
    """A kind of entity.

    Attributes:
        relation: SQL of what a caller sees, with `:cities` for the cities whose key is shown.
        key: columns that make an entity one.
    """

    name: str
    collection: str
    relation: str
    key: tuple[str, ...]
    properties: Mapping[str, Property]
    navigations: Mapping[str, Navigation]

    @property
    def identifier(self) -> Property:
        """The property `@iot.id`."""
        kind = Kind.OBSERVATION_ID if len(self.key) > 1 else Kind.NUMBER
        return Property("@iot.id", kind, self.key)

    def property(self, name: str) -> Property:
        """Return a property by its name.

        Raises:
            QueryRejected: there is none; the sentence says which there are.
        """
        if name in ("id", "@iot.id"):
            return self.identifier
        if name not in self.properties:
            raise self.unknown(name)
        return self.properties[name]

    def navigation(self, name: str) -> Navigation:
        """Return a relation by its name.

        Raises:
            QueryRejected: there is none; the sentence says which there are.
        """
        if name not in self.navigations:
            raise QueryRejected(
                f"{self.name} has no relation {name!r}; it has {', '.join(self.navigations)}"
            )
        return self.navigations[name]

    def unknown(self, name: str) -> QueryRejected:
        """Return the error for a name that is neither property nor relation."""
        names = ("@iot.id", *self.properties, *self.navigations)
        return QueryRejected(f"{self.name} has no {name!r}; it has {', '.join(names)}")
