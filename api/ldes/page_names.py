"""Where pages are: their addresses, and their names in the page store."""

from typing import Final

from api.iris import Iris, Kind
from api.ldes.directory import Dataset

PRIMARY: Final = ".nq.zst"
"""Ending of what a node is kept as; everything else that is kept of it is made from this."""

BROTLI: Final = ".nq.br"
"""Ending of the same in its smallest form: made later, and not of every node."""

_PAGES_A_FOLDER: Final = 1000


def page_address(iris: Iris, dataset: Dataset, kind: Kind, number: int) -> str:
    """Return the address of a page, from 1 on; nothing for the page before the first."""
    return f"{iris.root(dataset.city, dataset.theme, kind)}/page/{number}" if number else ""


def page_folder(dataset: Dataset, kind: Kind, number: int) -> str:
    """Return where in the page store a page lies."""
    return f"{dataset.city}/{dataset.theme}/{kind}/{number // _PAGES_A_FOLDER:06}"


def page_name(dataset: Dataset, kind: Kind, number: int, digest: str) -> str:
    """Return the name of a page in the store, without its ending; its digest is part of it.

    So two builders that make a page of different bytes, as can be when one is killed or loses its
    connection, never overwrite each other's: the one that is written down counts.
    """
    return f"{page_folder(dataset, kind, number)}/{number:09}.{digest[:16]}"


def node_name(dataset: Dataset, kind: Kind, bucket: str, *, all_pages: bool) -> str:
    """Return the name of a complete inner node: as everybody sees it, or as a key shows it."""
    view = "all" if all_pages else "open"
    return f"{dataset.city}/{dataset.theme}/{kind}/nodes/{bucket}.{view}"
