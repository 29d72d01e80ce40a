"""The files that pages load: our own, and the scripts and libraries that npm brings.

`static/` holds what is ours alone; `built/` what `npm run build` makes of `scripts/` and the
libraries, and is not there before that. Each is known by a hash of its content, so that browsers
keep it for good.
"""

import hashlib
import logging
import mimetypes
from collections.abc import Iterator
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

import brotli
import zstandard
from starlette.responses import Response

from api.ldes.serving.codings import Coding, codings_of, encoded
from schemas.errors import NotFound

_log = logging.getLogger(__name__)
_FOLDER: Final = files("api.portal")
_ZSTD_LEVEL: Final = 19
_BROTLI_QUALITY: Final = 10
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_A_WHILE: Final = "public, max-age=3600"
_COMPRESSED: Final = frozenset((".woff2", ".png"))
_CODINGS: Final[tuple[Coding, ...]] = ("br", "zstd", "gzip", "identity")
_ANYTHING: Final = "application/octet-stream"
_TYPES: Final = {".js": "text/javascript", ".woff2": "font/woff2"}
NOT_BUILT: Final = (
    "the scripts of the portal are not built, so pages show no map and their values stand still: "
    "run `make portal`, which needs Node.js or the wheel that brings it"
)


class Asset:
    """A file as it is sent.

    Attributes:
        address: below our own, with the hash of the content.
        codings: those that make it smaller.
    """

    def __init__(self, name: str, content: bytes) -> None:
        suffix = PurePosixPath(name).suffix
        self.address = f"/static/{name}"
        self.media_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or _ANYTHING
        self.codings: tuple[Coding, ...] = ("identity",) if suffix in _COMPRESSED else _CODINGS
        self._bodies: dict[Coding, bytes] = {"identity": content}

    def body(self, coding: Coding) -> bytes:
        """Return the content in a coding; made at the first request, and kept."""
        if coding not in self._bodies:
            self._bodies[coding] = _smallest(self._bodies["identity"], coding)
        return self._bodies[coding]


class Assets:
    """All files."""

    def __init__(self) -> None:
        built = {_plain(name): Asset(name, content) for name, content in _files("built")}
        if not built:
            _log.warning(NOT_BUILT)
        own = {name: Asset(_hashed(name, content), content) for name, content in _files("static")}
        self._by_name = built | own
        self._by_address = {one.address: one for one in self._by_name.values()}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def address(self, name: str) -> str:
        """Return the address of a file by its plain name."""
        return self._by_name[name].address

    def answer(self, name: str, accept_encoding: str | None) -> Response:
        """Return a file, by its name with the hash or without.

        Raises:
            NotFound: there is none.
        """
        hashed = self._by_address.get(f"/static/{name}")
        found = hashed or self._by_name.get(name)
        if found is None:
            raise NotFound(f"there is no file {name[:80]!r}")
        coding = next(one for one in codings_of(accept_encoding) if one in found.codings)
        headers = {
            "Cache-Control": _FOR_GOOD if hashed else _A_WHILE,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        if coding != "identity":
            headers["Content-Encoding"] = coding
        return Response(found.body(coding), media_type=found.media_type, headers=headers)


def _files(folder: str) -> Iterator[tuple[str, bytes]]:
    place = _FOLDER / folder
    for file in sorted(place.iterdir(), key=lambda one: one.name) if place.is_dir() else ():
        yield file.name, file.read_bytes()


def _smallest(content: bytes, coding: Coding) -> bytes:
    match coding:
        case "br":
            small: bytes = brotli.compress(content, quality=_BROTLI_QUALITY)
            return small
        case "zstd":
            return zstandard.compress(content, _ZSTD_LEVEL)
        case _:
            return encoded(content, coding)


def _hashed(name: str, content: bytes) -> str:
    path = PurePosixPath(name)
    return f"{path.stem}-{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"


def _plain(name: str) -> str:
    """Return the name of a built file without the hash that the build gave it.

    Pieces that scripts share have no other name than theirs with the hash.
    """
    path = PurePosixPath(name)
    plain = path.stem.rpartition("-")[0]
    return name if plain == "chunk" else f"{plain}{path.suffix}"
