"""The three cities of the catalogue's tests."""

from tests.api.catalogue.conftest import client, database, owner

__all__ = ["client", "database", "owner"]
