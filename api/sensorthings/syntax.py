"""What a request says, as values: expressions, options and paths."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from typing import Literal as OneOf

ARITHMETIC: Final = frozenset({"add", "sub", "mul", "div", "mod"})


@dataclass(frozen=True)
class Interval:
    """A period as a literal."""

    start: datetime
    end: datetime


Value: TypeAlias = str | int | float | bool | datetime | timedelta | Interval | None


@dataclass(frozen=True)
class Literal:
    """A value that was written out."""

    value: Value


@dataclass(frozen=True)
class Path:
    """Names with slashes: through relations, to a property, into its JSON."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.names)


@dataclass(frozen=True)
class Call:
    """A function and its arguments."""

    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    operand: "Expression"


@dataclass(frozen=True)
class Binary:
    """Two expressions and the operator between them."""

    operator: str
    left: "Expression"
    right: "Expression"


Expression: TypeAlias = Literal | Path | Call | Not | Binary


def computes(expression: Expression) -> bool:
    """Tell whether an expression calculates with what it reads, and so may fail on a row."""
    match expression:
        case Call(_, arguments):
            return any(map(_reads, arguments))
        case Not(operand):
            return computes(operand)
        case Binary(operator, left, right):
            mine = operator in ARITHMETIC and _reads(expression)
            return mine or computes(left) or computes(right)
    return False


def _reads(expression: Expression) -> bool:
    match expression:
        case Path():
            return True
        case Call(_, arguments):
            return any(map(_reads, arguments))
        case Not(operand):
            return _reads(operand)
        case Binary(_, left, right):
            return _reads(left) or _reads(right)
    return False


@dataclass(frozen=True)
class Order:
    """One item of `$orderby`."""

    by: Expression
    descending: bool = False


@dataclass(frozen=True)
class Options:
    """The query options of one collection or expansion.

    Attributes:
        top: page size, `None` for the default.
        after: id of the observation after which the page begins (our own `$skiptoken`).
        given: the options as text, for the address of the next page.
    """

    top: int | None = None
    skip: int = 0
    count: bool = False
    select: tuple[str, ...] | None = None
    order: tuple[Order, ...] = ()
    filter: Expression | None = None
    expand: tuple["Expansion", ...] = ()
    after: str | None = None
    given: tuple[tuple[str, str], ...] = ()

    def with_expansion(self, expansion: "Expansion") -> "Options":
        """Return these options with one expansion more, joined with one of the same name."""
        others = tuple(one for one in self.expand if one.navigation != expansion.navigation)
        same = [one for one in self.expand if one.navigation == expansion.navigation]
        joined = same[0].joined(expansion) if same else expansion
        return replace(self, expand=(*others, joined))


@dataclass(frozen=True)
class Expansion:
    """A relation whose entities are wanted in place."""

    navigation: str
    options: Options = field(default_factory=Options)

    def joined(self, other: "Expansion") -> "Expansion":
        """Return one expansion for two of the same relation: `A/B,A/C`."""
        first, second = self.options, other.options
        options = (
            first if first.given or not second.given else replace(second, expand=first.expand)
        )
        for expansion in second.expand:
            options = options.with_expansion(expansion)
        return Expansion(self.navigation, options)


@dataclass(frozen=True)
class Segment:
    """One step of an address: `Things`, `Things(1)`, `Observations('…')`, `name`, `$ref`."""

    name: str
    identifier: int | str | None = None


Ending: TypeAlias = OneOf["$value", "$ref", "$count"]
