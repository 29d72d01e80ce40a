"""Numbers in texts: plain decimal ones, with a point or, where a profile says so, a comma."""

import re
from typing import Final, Literal, TypeAlias

Decimal: TypeAlias = Literal[".", ","]

_NUMBER: Final = re.compile(
    r"[-+]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][-+]?\d{1,3})?", re.ASCII
)


def plain_number(text: str, decimal: Decimal = ".") -> float | None:
    """Return the number in a text, `None` when it is none; it may be infinite.

    With a decimal comma a text with a point is none: nobody can tell 1.234 from a thousand.
    """
    text = text.strip()
    if decimal == ",":
        if "." in text:
            return None
        text = text.replace(",", ".", 1)
    return float(text) if _NUMBER.fullmatch(text) else None
