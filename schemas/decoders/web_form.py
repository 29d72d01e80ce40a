"""What a device sends as a web form: `a=1&b=2`, percent-encoded. In: bytes; out: texts by name."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from schemas.decoders.json_document import read_text
from schemas.errors import ReadingRejected

_FIELDS_LIMIT: Final = 1_000


def read_form(payload: bytes) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        ReadingRejected: it is empty, no form, has too many fields, or one twice.
    """
    text = read_text(payload).strip()
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_FIELDS_LIMIT,
        )
    except UnicodeDecodeError as error:
        raise ReadingRejected("payload.not-utf8", "the fields are not UTF-8 text") from error
    except ValueError as error:
        raise ReadingRejected("payload.malformed", f"no form: {str(error)[:80]}") from error
    return _fields(pairs)


def write_form(fields: dict[str, str]) -> bytes:
    """Return the bytes of a form."""
    return urlencode(fields).encode()


def _fields(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise ReadingRejected("payload.nul", "the payload holds a NUL character")
        if found.setdefault(name, value) != value:
            raise ReadingRejected("payload.duplicate-key", f"`{name[:60]}` is there twice")
    return found
