"""The three cities of the catalogue's tests, and the chronicle over them."""

import pytest

from api.feeds.chronicle import Chronicle
from api.iris import Iris
from tests.api.catalogue.conftest import client, database, owner
from tests.api.conftest import BASE

__all__ = ["client", "database", "owner"]


@pytest.fixture
def chronicle() -> Chronicle:
    """Return what writes down what changed."""
    return Chronicle(Iris(BASE))
