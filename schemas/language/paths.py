"""Paths into a decoded payload: a small, fast part of JMESPath, and the rest with limits.

`a.b[0]."quoted name"` becomes a chain of look-ups. Anything else goes to the jmespath library,
less what could make a small payload cost much: multi-selects (which double what they are given)
and the functions that take expressions. What is left may take so many steps and no more, neither
for one path nor for all paths of one reading.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import jmespath
import jmespath.exceptions
from jmespath.functions import Functions
from jmespath.visitor import TreeInterpreter

from schemas.errors import ReadingRejected

EXPRESSION_LIMIT: Final = 300
STEPS_LIMIT: Final = 50_000
READING_STEPS_LIMIT: Final = 250_000
_PART_OF_A_STEP: Final = 64
_ITEMS_OF_A_STEP: Final = 8
_CONTAINER_STEPS: Final = 2_000
_NODE_LIMIT: Final = 60
_DEPTH_LIMIT: Final = 20
_CALL: Final = Functions()
_STEP: Final = re.compile(r'(?:^|\.)(?:([A-Za-z_]\w*)|"([^"\\]+)")|\[(\d{1,4})\]', re.ASCII)
_FORBIDDEN: Final = {"multi_select_list", "multi_select_dict", "expref"}
_FUNCTIONS: Final = {
    *("abs", "avg", "ceil", "contains", "ends_with", "floor", "length", "max", "min"),
    *("not_null", "starts_with", "sum", "to_number", "to_string", "type"),
}


class Missing:
    """The type of `MISSING`: nothing is there, unlike a null, which says that nothing is."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()
Getter: TypeAlias = Callable[[Any], Any]


class Allowance:
    """The steps that the expressions of the reading under way may still take.

    One for the process, which reads one payload at a time: handing it down to each path would cost
    the plain ones, which need none. Outside of a reading each path has its own limit alone.
    """

    __slots__ = ("steps_left",)

    def __init__(self) -> None:
        self.steps_left = sys.maxsize

    def begin(self) -> None:
        """Begin with a reading."""
        self.steps_left = READING_STEPS_LIMIT

    def end(self) -> None:
        """Be done with it."""
        self.steps_left = sys.maxsize


ALLOWANCE: Final = Allowance()


def compile_path(expression: str) -> Getter:
    """Return a function from a document to what lies at the path, or `MISSING`.

    Raises:
        ValueError: the expression is wrong or beyond the limits; the sentence says how.
    """
    if not expression or len(expression) > EXPRESSION_LIMIT:
        raise ValueError(f"a path has between 1 and {EXPRESSION_LIMIT} characters")
    if expression == "@":
        return lambda document: document
    steps = simple_steps(expression)
    if steps is None:
        return _expression(expression)
    return _key(steps[0]) if len(steps) == 1 and isinstance(steps[0], str) else _chain(steps)


def simple_steps(expression: str) -> tuple[str | int, ...] | None:
    """Return the keys and indexes of a plain path, `None` when it is more than that."""
    steps: list[str | int] = []
    position = 0
    while position < len(expression):
        match = _STEP.match(expression, position)
        if match is None or (match[3] and not steps):
            return None
        steps.append(int(match[3]) if match[3] else match[1] or match[2])
        position = match.end()
    return tuple(steps)


def first_of(getters: tuple[Getter, ...]) -> Getter:
    """Return a getter of the first alternative that is there and not null."""
    if len(getters) == 1:
        return getters[0]

    def get(document: Any) -> Any:
        found: Any = MISSING
        for getter in getters:
            value = getter(document)
            if value is not MISSING and value is not None:
                return value
            found = None if value is None else found
        return found

    return get


def _key(key: str) -> Getter:
    def get(document: Any) -> Any:
        return document.get(key, MISSING) if type(document) is dict else MISSING

    return get


def _chain(steps: tuple[str | int, ...]) -> Getter:
    def get(document: Any) -> Any:
        for step in steps:
            kind = type(document)
            if kind is dict:
                document = document.get(step, MISSING)
            elif kind is list and type(step) is int and step < len(document):
                document = document[step]
            else:
                return MISSING
        return document

    return get


def _expression(expression: str) -> Getter:
    try:
        compiled = jmespath.compile(expression)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        first_line = str(error).splitlines()[0]
        raise ValueError(f"`{expression}` is no path (JMESPath): {first_line}") from error
    _bound(compiled.parsed)

    def get(document: Any) -> Any:
        search = _Search(expression)
        try:
            found = search.visit(compiled.parsed, document)
        except (ValueError, ArithmeticError, RecursionError, TypeError):  # JMESPathError is one
            return MISSING
        finally:
            ALLOWANCE.steps_left -= search.steps
        return MISSING if found is None else found

    return get


class _Search(TreeInterpreter):
    """Follows an expression, and gives up on a payload that would take too long."""

    def __init__(self, expression: str) -> None:
        super().__init__()
        self._expression = expression
        self._limit = min(STEPS_LIMIT, ALLOWANCE.steps_left)
        self.steps = 0

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._take(1)
        return super().visit(node, *args, **kwargs)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        sides = [self.visit(child, value) for child in node["children"]]
        if all(isinstance(side, dict | list) for side in sides):
            self._take(_CONTAINER_STEPS)
        known: Any = [{"type": "literal", "value": side, "children": []} for side in sides]
        compared: Any = {**node, "children": known}
        return super().visit_comparator(compared, value)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        self._take(len(base) // _ITEMS_OF_A_STEP)
        return [one for each in base for one in (each if isinstance(each, list) else (each,))]

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        arguments = [self.visit(child, value) for child in node["children"]]
        self._take(sum(map(_cost, arguments)))
        if node["value"] == "to_string":
            self._take_whole(arguments)
        found = _CALL.call_function(node["value"], arguments)
        self._take(_cost(found))
        return found

    def _take_whole(self, value: Any) -> None:
        """Pay for all that is in a value, before it is written out."""
        self._take(1 + len(value) // _ITEMS_OF_A_STEP if isinstance(value, str) else 1)
        if isinstance(value, dict | list):
            for part in value.values() if isinstance(value, dict) else value:
                self._take_whole(part)

    def _take(self, steps: int) -> None:
        self.steps += steps
        if self.steps > self._limit:
            detail = f"too many steps for the path `{self._expression}`"
            raise ReadingRejected("payload.too-large", detail, self._expression)


def _cost(value: Any) -> int:
    """Return what it takes to go through a value once, in steps."""
    if isinstance(value, str):
        return len(value) // _PART_OF_A_STEP
    if isinstance(value, dict | list):
        return _CONTAINER_STEPS + len(value) // _ITEMS_OF_A_STEP
    return 0


def _bound(tree: Mapping[str, Any]) -> None:
    nodes = list(_walk(tree, 1))
    if len(nodes) > _NODE_LIMIT or max(depth for _, depth in nodes) > _DEPTH_LIMIT:
        raise ValueError("the path is too involved; take it apart or write a plainer one")
    for node, _ in nodes:
        if node["type"] in _FORBIDDEN:
            raise ValueError("multi-selects `[a, b]`, `{a: b}` and `&` are not offered in paths")
        if node["type"] == "function_expression" and node["value"] not in _FUNCTIONS:
            offered = ", ".join(sorted(_FUNCTIONS))
            raise ValueError(f"the function `{node['value']}` is not offered; there are {offered}")


def _walk(node: Mapping[str, Any], depth: int) -> Iterator[tuple[Mapping[str, Any], int]]:
    yield node, depth
    for child in node.get("children", ()):
        if isinstance(child, dict):
            yield from _walk(child, depth + 1)
