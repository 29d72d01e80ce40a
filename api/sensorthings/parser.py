"""Tokens in, expressions out. Precedence as OData 4.0: or, and, comparison, add, mul, not.

or     := and ("or" and)*
and    := equal ("and" equal)*
equal  := relate (("eq"|"ne") relate)*
relate := sum (("gt"|"ge"|"lt"|"le") sum)*
sum    := term (("add"|"sub") term)*
term   := unary (("mul"|"div"|"mod") unary)*
unary  := "not" unary | value | call | path | "(" or ")"
"""

from typing import Final, Literal, TypeAlias

from api.sensorthings.lexer import Token, tokens
from api.sensorthings.syntax import Binary, Call, Expression, Not, Path
from api.sensorthings.syntax import Literal as Constant
from schemas.errors import LimitExceeded, QueryRejected

_LEVELS: Final = (
    ("or",),
    ("and",),
    ("eq", "ne"),
    ("gt", "ge", "lt", "le"),
    ("add", "sub"),
    ("mul", "div", "mod"),
)
_OPERATORS: Final = {word for level in _LEVELS for word in level} | {"not"}
Sign: TypeAlias = Literal["(", ")", ",", "/", ";", "="]


class Reader:
    """Walks over the tokens of one text.

    Raises:
        LimitExceeded: more tokens than `terms`, or nested deeper than `depth`.
    """

    def __init__(self, text: str, *, terms: int, depth: int) -> None:
        self._tokens = tokens(text)
        self._place = 0
        self._depth = 0
        self._maximum_depth = depth
        if len(self._tokens) > terms:
            raise LimitExceeded(f"this has {len(self._tokens)} words and signs; {terms} is most")

    @property
    def next(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._place]

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self.next
        if token.kind != "end":
            self._place += 1
        return token

    def skip(self, sign: Sign) -> bool:
        """Go past a sign, if it is next."""
        if self.next.kind == "sign" and self.next.text == sign:
            self._place += 1
            return True
        return False

    def expect(self, sign: Sign) -> None:
        """Go past a sign that must be next."""
        if not self.skip(sign):
            raise self.unexpected(f"{sign!r}")

    def name(self) -> str:
        """Return the name that must be next."""
        if self.next.kind != "name":
            raise self.unexpected("a name")
        return self.take().text

    def end(self) -> None:
        """Insist that nothing follows."""
        if self.next.kind != "end":
            raise self.unexpected("the end")

    def unexpected(self, wanted: str) -> QueryRejected:
        """Return the error for a token that is not what should stand here."""
        return QueryRejected(
            f"at position {self.next.place + 1} stands {self.next.text!r} where {wanted} "
            "should stand"
        )

    def expression(self) -> Expression:
        """Read an expression, as far as it goes."""
        self._depth += 1
        if self._depth > self._maximum_depth:
            raise LimitExceeded(f"an expression may be nested {self._maximum_depth} deep")
        expression = self._level(0)
        self._depth -= 1
        return expression

    def path(self) -> Path:
        """Read names with slashes between them."""
        names = [self.name()]
        while self.skip("/"):
            names.append(self.name())
        return Path(tuple(names))

    def _level(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        left = self._level(level + 1)
        while self.next.kind == "name" and self.next.text in _LEVELS[level]:
            operator = self.take().text
            left = Binary(operator, left, self._level(level + 1))
        return left

    def _unary(self) -> Expression:
        token = self.next
        if token.kind == "value":
            return Constant(self.take().value)
        if self.skip("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if token.kind == "name" and token.text == "not":
            return self._negation()
        if token.kind != "name" or token.text in _OPERATORS:
            raise self.unexpected("a value, a property or a function")
        path = self.path()
        return self._call(path.names[0]) if len(path.names) == 1 and self._opens() else path

    def _negation(self) -> Expression:
        self.take()
        self._depth += 1
        if self._depth > self._maximum_depth:
            raise LimitExceeded(f"an expression may be nested {self._maximum_depth} deep")
        operand = self._unary()
        self._depth -= 1
        return Not(operand)

    def _opens(self) -> bool:
        return self.next.kind == "sign" and self.next.text == "("

    def _call(self, function: str) -> Call:
        self.expect("(")
        if self.skip(")"):
            return Call(function, ())
        arguments = [self.expression()]
        while self.skip(","):
            arguments.append(self.expression())
        self.expect(")")
        return Call(function, tuple(arguments))


def parse_expression(text: str, *, terms: int = 200, depth: int = 32) -> Expression:
    """Return the expression that a `$filter` says.

    Raises:
        QueryRejected: it says nothing; the sentence gives the place.
        LimitExceeded: it is too long or too deep.
    """
    reader = Reader(text, terms=terms, depth=depth)
    expression = reader.expression()
    reader.end()
    return expression
