"""What a server answered to one request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import RdfFormat

from deploy.ldes_check.terms import PROFILE

FORMATS: Final[dict[str, RdfFormat]] = {
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
}
ANY_FORMAT: Final = ", ".join(
    f"{media_type};q={1 - place / 10:.1f}" for place, media_type in enumerate(FORMATS)
)
OK: Final = 200
NOT_MODIFIED: Final = 304
GONE: Final = 410


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer, after redirects.

    Attributes:
        asked: the address that was asked for.
        url: the address that answered, without fragment: the base of what it says.
        status: of HTTP; 0 when there was no answer.
        headers: by lower-case name.
        trouble: why there was no answer.
        put_off: statuses of earlier tries that the server put off, with their `Retry-After`.
    """

    asked: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    trouble: str = ""
    put_off: tuple[tuple[int, str], ...] = ()

    @property
    def media_type(self) -> str:
        """Media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_profiled(self) -> bool:
        """Whether it promises the order of the TREE profile."""
        parameters = self.headers.get("content-type", "").partition(";")[2]
        path = self.url.partition("?")[0]
        return PROFILE in parameters or ".tree." in path.rpartition("/")[2]

    @property
    def cache_control(self) -> dict[str, str]:
        """Directives of `Cache-Control`, by lower-case name."""
        words = self.headers.get("cache-control", "").split(",")
        pairs = (word.strip().partition("=") for word in words if word.strip())
        return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}

    @property
    def says(self) -> str:
        """What happened, for a person."""
        return self.trouble or f"HTTP {self.status}"
