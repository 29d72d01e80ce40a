"""Query options in, `Options` out: `$top`, `$filter`, `$expand=A/B($select=x;$top=1)`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from api.sensorthings.parser import Reader
from api.sensorthings.syntax import Expansion, Options, Order
from api.settings import Limits
from schemas.errors import LimitExceeded, NotSupported, QueryRejected

OFFERED: Final = (
    "$top", "$skip", "$count", "$orderby", "$select", "$expand", "$filter", "$skiptoken"
)  # fmt: skip
_KNOWN_ELSEWHERE: Final = ("$resultFormat", "$apply", "$search", "$format", "$compute", "$levels")


def parse_options(query: Sequence[tuple[str, str]], *, limits: Limits) -> Options:
    """Return what a query string asks for.

    Raises:
        QueryRejected: an option is not known, comes twice or says nothing.
        NotSupported: an option of the standard's family that is not offered.
        LimitExceeded: more than the limits allow.
    """
    options = Options()
    for name, value in query:
        options = _with_option(options, name, value, _OptionReader(value, limits))
    expansions = list(_all(options.expand, 1))
    if len(expansions) > limits.expand_count:
        raise LimitExceeded(f"at most {limits.expand_count} relations may be expanded at once")
    if max(expansions, default=0) > limits.expand_depth:
        raise LimitExceeded(f"$expand may be nested {limits.expand_depth} deep")
    return options


def _all(expansions: Sequence[Expansion], depth: int) -> list[int]:
    found: list[int] = []
    for one in expansions:
        found += [depth, *_all(one.options.expand, depth + 1)]
    return found


def _with_option(options: Options, name: str, value: str, reader: "_OptionReader") -> Options:
    """Read one option; the reader stands at its value and may go on behind it."""
    if name in _KNOWN_ELSEWHERE:
        raise NotSupported(f"{name} is not offered; there are {', '.join(OFFERED)}")
    if name not in OFFERED:
        raise QueryRejected(f"there is no option {name!r}; there are {', '.join(OFFERED)}")
    if name in dict(options.given):
        raise QueryRejected(f"{name} stands here twice")
    start = reader.place
    options = reader.option(options, name)
    text = value[start : reader.place].strip()
    if not reader.nested:
        reader.end()
        text = value
    return replace(options, given=(*options.given, (name, text)))


class _OptionReader(Reader):
    """Reads the values of options."""

    def __init__(self, text: str, limits: Limits) -> None:
        super().__init__(text, terms=limits.filter_terms, depth=limits.filter_depth)
        self._text = text
        self._limits = limits
        self.nested = 0

    @property
    def place(self) -> int:
        """Where the next token begins."""
        return self.next.place

    def option(self, options: Options, name: str) -> Options:
        """Read the value of an option that is known."""
        if name == "$expand":
            return self._expansions(options)
        attribute, read = _VALUES[name]
        return replace(options, **{attribute: read(self)})

    def whole_number(self) -> int:
        """Read a number of entities."""
        value = self.take().value
        if type(value) is not int or value < 0:
            raise QueryRejected("$top and $skip are whole numbers from 0 on")
        return value

    def skipped(self) -> int:
        """Read how many entities to leave out."""
        skip = self.whole_number()
        if skip > self._limits.skip:
            raise LimitExceeded(
                f"$skip may be {self._limits.skip} at most: go on with a $filter, or with nextLink"
            )
        return skip

    def truth(self) -> bool:
        """Read true or false."""
        value = self.take().value
        if not isinstance(value, bool):
            raise QueryRejected("$count is true or false")
        return value

    def token(self) -> str:
        """Read where a page begins."""
        value = self.take().value
        if not isinstance(value, str):
            raise QueryRejected("$skiptoken comes out of a nextLink and is used as it is")
        return value

    def orders(self) -> tuple[Order, ...]:
        """Read what to sort by."""
        orders = [self._order()]
        while self.skip(","):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> Order:
        by = self.expression()
        if self.next.kind == "name" and self.next.text in ("asc", "desc"):
            return Order(by, descending=self.take().text == "desc")
        return Order(by)

    def selected(self) -> tuple[str, ...]:
        """Read names of properties."""
        names = [str(self.path())]
        while self.skip(","):
            names.append(str(self.path()))
        return tuple(names)

    def _expansions(self, options: Options) -> Options:
        options = options.with_expansion(self._expansion())
        while self.skip(","):
            options = options.with_expansion(self._expansion())
        return options

    def _expansion(self) -> Expansion:
        path = self.path().names
        expansion = Expansion(path[-1], self._nested_options())
        for name in reversed(path[:-1]):
            expansion = Expansion(name, Options(expand=(expansion,)))
        return expansion

    def _nested_options(self) -> Options:
        options = Options()
        if not self.skip("("):
            return options
        self.nested += 1
        if self.nested > self._limits.expand_depth:
            raise LimitExceeded(f"$expand may be nested {self._limits.expand_depth} deep")
        while not self.skip(")"):
            name = self.name()
            self.expect("=")
            options = _with_option(options, name, self._text, self)
            if not self.skip(";") and not (self.next.kind == "sign" and self.next.text == ")"):
                raise self.unexpected("';' or ')'")
        self.nested -= 1
        return options


_VALUES: Final[Mapping[str, tuple[str, Callable[[_OptionReader], Any]]]] = {
    "$top": ("top", _OptionReader.whole_number),
    "$skip": ("skip", _OptionReader.skipped),
    "$count": ("count", _OptionReader.truth),
    "$orderby": ("order", _OptionReader.orders),
    "$select": ("select", _OptionReader.selected),
    "$filter": ("filter", _OptionReader.expression),
    "$skiptoken": ("after", _OptionReader.token),
}
