"""Addresses below `/ldes`: which stream, which of its nodes, in which form."""

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final, get_args

from api.iris import Kind
from api.ldes.buckets import is_bucket
from schemas.errors import NotFound

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_LONGEST_SUFFIX: Final = 16
_KINDS: Final = set(get_args(Kind)) - {"observations"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A node of a stream.

    Attributes:
        bucket: name of an inner node, empty for the root and for pages.
        page: number of a page, 0 for other nodes.
        suffix: form that the address asks for, empty where `Accept` decides.
    """

    city: str
    theme: str
    kind: Kind = "observations"
    bucket: str = ""
    page: int = 0
    suffix: str = ""

    @property
    def is_root(self) -> bool:
        """Whether it is the node with which everything begins."""
        return not self.bucket and not self.page

    @cached_property
    def root(self) -> "Place":
        """The root of the stream, in whatever form."""
        return Place(city=self.city, theme=self.theme, kind=self.kind)

    @cached_property
    def plain(self) -> "Place":
        """The same node, in whatever form."""
        return replace(self, suffix="")


@lru_cache(maxsize=4096)
def place_of(path: str) -> Place:
    """Return what an address below `/ldes/` leads to.

    Raises:
        NotFound: no address of ours is like this.
    """
    whole, _, suffix = path.rpartition("/")[2].partition(".")
    parts = [*path.split("/")[:-1], whole]
    if path.endswith(".") or len(suffix) > _LONGEST_SUFFIX:
        raise _nothing(path)
    if not all(map(_SLUG.fullmatch, parts[:2])) or len(parts) < 2:  # noqa: PLR2004
        raise _nothing(path)
    kind: Kind = "observations"
    rest = parts[2:]
    if rest and rest[0] in _KINDS:
        kind, *rest = rest  # type: ignore[assignment]
    place = Place(city=parts[0], theme=parts[1], kind=kind, suffix=suffix)
    match rest:
        case []:
            return place
        case [bucket] if is_bucket(bucket):
            return replace(place, bucket=bucket)
        case ["page", number] if _NUMBER.fullmatch(number):
            return replace(place, page=int(number))
    raise _nothing(path)


def _nothing(path: str) -> NotFound:
    return NotFound(
        f"/ldes/{path[:80]} is no node of an event stream: they are /ldes/{{city}}/{{theme}}, "
        "/ldes/{city}/{theme}/2026-01-05 and /ldes/{city}/{theme}/page/1"
    )
