"""How much a check may ask of a server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one check; where one is reached, the report says that it saw a part.

    Attributes:
        pages: pages of the tree that are visited.
        bytes: of all bodies together.
        seconds: of the whole check.
        concurrency: requests under way at once.
        request_seconds: of one request.
        tries: of a request that the server puts off.
        longest_wait_seconds: longest `Retry-After` that is waited for.
        watch_seconds: pause before the pages that still change are looked at again.
        closed_again: closed pages that are fetched a second time.
        open_again: pages that still change, fetched a second time.
        formats: pages that are asked for in every format.
        members: members that are dereferenced.
    """

    pages: int = 200
    bytes: int = 256 << 20
    seconds: float = 300.0
    concurrency: int = 4
    request_seconds: float = 30.0
    tries: int = 4
    longest_wait_seconds: float = 60.0
    watch_seconds: float = 0.0
    closed_again: int = 8
    open_again: int = 20
    formats: int = 5
    members: int = 5
