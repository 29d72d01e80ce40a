"""Compressed answers: which codings a caller takes, and making them."""

import gzip
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import zstandard

from api.negotiation import qualities

Coding: TypeAlias = Literal["br", "zstd", "gzip", "identity"]

ENDINGS: Final[dict[Coding, str]] = {"br": ".br", "zstd": ".zst", "gzip": ".gz", "identity": ""}
"""What is kept in a coding has this at the end of its name; the smallest comes first."""

_AT_ONCE: Final[tuple[Coding, ...]] = ("zstd", "gzip", "identity")
_GZIP_LEVEL: Final = 6
_ZSTD_LEVEL: Final = 3
_MOST_BYTES: Final = 1 << 28


@lru_cache(maxsize=256)
def codings_of(header: str | None) -> tuple[Coding, ...]:
    """Return the codings that a caller takes, what it likes best first, then what is smallest.

    Whoever takes anything (`*`) is given what everybody knows. The last is always identity: what
    forbids even that is given it all the same, as RFC 9110 allows.
    """
    liked = qualities(header or "identity")
    liked.setdefault("gzip", liked.get("*", 0.0))
    named: list[Coding] = [one for one in ENDINGS if liked.get(one)]
    taken = sorted(named, key=lambda one: -liked[one])
    return tuple(taken) if "identity" in taken else (*taken, "identity")


def at_once(header: str | None) -> Coding:
    """Return the coding for one who waits; what takes long to make is left out."""
    return next(one for one in codings_of(header) if one in _AT_ONCE)


def encoded(content: bytes, coding: Coding) -> bytes:
    """Return content in a coding; the same content gives the same bytes.

    Brotli is only found, never made here: it takes too long for one who waits.
    """
    match coding:
        case "zstd":
            return zstandard.compress(content, _ZSTD_LEVEL)
        case "gzip":
            return gzip.compress(content, _GZIP_LEVEL, mtime=0)
        case _:
            return content


def decoded(content: bytes) -> bytes:
    """Return what zstandard compressed."""
    return zstandard.decompress(content, max_output_size=_MOST_BYTES)
