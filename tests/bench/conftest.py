"""The library, loaded once."""

import pytest

from schemas.library import Library
from schemas.vocabulary import Vocabulary


@pytest.fixture(scope="session")
def library() -> Library:
    """Return the platform's profiles."""
    return Library.load(vocabulary=Vocabulary.load())
