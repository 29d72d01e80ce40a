"""Values as RDF literals: exact, and the same whatever computes them."""

import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from api.ldes.terms import term

_DATE_TIME: Final = f"^^{term('xsd:dateTime')}"
_INTEGER: Final = f"^^{term('xsd:integer')}"
_DECIMAL: Final = f"^^{term('xsd:decimal')}"
_DOUBLE: Final = f"^^{term('xsd:double')}"
_BOOLEAN: Final = f"^^{term('xsd:boolean')}"
_SPECIAL: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NOT_IN_IRI: Final = re.compile(r'[\s\x00-\x20<>"{}|^`\\\x7f-\x9f]')


@lru_cache(16)  # up to 400 are published in one millisecond
def published(time: datetime) -> str:
    """Return a time in whole milliseconds, always three digits of them."""
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"


def date_time(lexical: str) -> str:
    """Return an xsd:dateTime."""
    return f'"{lexical}"{_DATE_TIME}'


def decimal_text(number: float) -> str:
    """Return the shortest decimal that is this double, without an exponent or a needless `.0`."""
    text = repr(number)
    if "e" in text:
        return format(Decimal(text).normalize(), "f")
    return "0" if text in ("0.0", "-0.0") else text.removesuffix(".0")


def number(value: float) -> str:
    """Return a number as xsd:decimal; what is no number of its kind, as xsd:double."""
    if math.isfinite(value):
        return f'"{decimal_text(value)}"{_DECIMAL}'
    special = "NaN" if math.isnan(value) else ("INF" if value > 0 else "-INF")
    return f'"{special}"{_DOUBLE}'


def integer(value: int) -> str:
    """Return an xsd:integer."""
    return f'"{value}"{_INTEGER}'


def boolean(*, value: bool) -> str:
    """Return an xsd:boolean."""
    return f'"{"true" if value else "false"}"{_BOOLEAN}'


def text(value: str, datatype: str = "") -> str:
    """Return a text as a literal of a datatype, an N-Triples IRI; without one, xsd:string."""
    escaped = _SPECIAL.sub(_escape, value)
    return f'"{escaped}"^^{datatype}' if datatype else f'"{escaped}"'


def iri(address: str) -> str:
    """Return an address as an N-Triples IRI; characters that no IRI has are percent-encoded."""
    return f"<{_NOT_IN_IRI.sub(lambda found: quote(found[0]), address)}>"


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    return _SHORT.get(sign) or f"\\u{ord(sign):04X}"
