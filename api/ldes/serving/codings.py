"""Compressed answers: which coding a caller takes, and making it."""

import gzip
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import zstandard

Coding: TypeAlias = Literal["zstd", "gzip", "identity"]

ENDINGS: Final[dict[Coding, str]] = {"zstd": ".zst", "gzip": ".gz", "identity": ""}
_GZIP_LEVEL: Final = 6
_ZSTD_LEVEL: Final = 3
_MOST_BYTES: Final = 1 << 28


@lru_cache(maxsize=256)
def coding_of(header: str | None) -> Coding:
    """Return the coding that a caller takes: the first of zstd, gzip, identity that it does.

    What forbids even identity is given it all the same, as RFC 9110 allows.
    """
    taken = set()
    for part in (header or "").lower().split(","):
        name, _, quality = part.partition(";")
        if quality.replace(" ", "").rstrip("0") not in ("q=", "q=0."):
            taken.add(name.strip())
    if "zstd" in taken:
        return "zstd"
    return "gzip" if "gzip" in taken or "*" in taken else "identity"


def encoded(content: bytes, coding: Coding) -> bytes:
    """Return content in a coding; the same content gives the same bytes."""
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
