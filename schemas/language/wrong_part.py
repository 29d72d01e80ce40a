"""Mistakes in a part of a profile, named so that people find its line."""

from collections.abc import Iterator
from contextlib import contextmanager


class WrongPart(ValueError):
    """A part of a profile cannot be compiled; `place` leads to it."""

    def __init__(self, place: tuple[str, ...], sentence: str) -> None:
        super().__init__(sentence)
        self.place = place


@contextmanager
def naming(*place: str) -> Iterator[None]:
    """Name the part that is at fault when a ValueError comes out.

    Raises:
        WrongPart: instead of the ValueError.
    """
    try:
        yield
    except WrongPart as error:
        raise WrongPart((*place, *error.place), str(error)) from error
    except ValueError as error:
        raise WrongPart(place, str(error)) from error
