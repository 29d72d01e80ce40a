"""Plain paths with `[*]`, for what is changed in a document before it is read."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeAlias

from pydantic import Field

EACH: Final = "[*]"
_STEP: Final = re.compile(
    r'(?:^|\.)(?:([A-Za-z_][\w-]*)|"([^"\\]+)")|(?:^|(?<=[\w"\]]))(\[\*\])', re.ASCII
)

PlainPath: TypeAlias = Annotated[str, Field(min_length=1, max_length=300)]


def plain_steps(path: str) -> tuple[str, ...]:
    """Return the steps of a path such as `a.b[*]."quoted name"`; `[*]` is each item of a list.

    Raises:
        ValueError: it is more than that, or ends at items instead of a field.
    """
    steps, position = [], 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(f"`{path}` is no plain path such as `a.b` or `items[*].b`")
        steps.append(match[1] or match[2] or EACH)
        position = match.end()
    if not steps or steps[-1] == EACH:
        raise ValueError(f"`{path}` names no field")
    return tuple(steps)


def change(document: Any, steps: Sequence[str], made_of: Callable[[Any], Any]) -> None:
    """Put what `made_of` makes of each value at a path in its place; other things stay."""
    step, *others = steps
    if step == EACH:
        for item in document if type(document) is list else ():
            change(item, others, made_of)
    elif type(document) is dict and step in document:
        if others:
            change(document[step], others, made_of)
        else:
            document[step] = made_of(document[step])


def holders(document: Any, steps: Sequence[str]) -> list[dict[str, Any]]:
    """Return the objects that have the field at the end of a path."""
    *way, last = steps
    found = [document]
    for step in way:
        if step == EACH:
            found = [item for one in found if type(one) is list for item in one]
        else:
            found = [one[step] for one in found if type(one) is dict and step in one]
    return [one for one in found if type(one) is dict and last in one]
