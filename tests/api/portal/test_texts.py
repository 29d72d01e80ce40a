"""Texts: each is used, each that is used is there, and says the same in every language."""

import re
import string
from pathlib import Path

import pytest

import api.portal
from api.portal.texts import LANGUAGES, Texts

FOLDER = Path(api.portal.__file__).parent
TEXTS = Texts.load().texts
SOURCES = [*FOLDER.glob("templates/*.html"), *FOLDER.glob("*.py")]
WORDS = "".join(file.read_text(encoding="utf-8") for file in SOURCES)
SCRIPTS = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("scripts/*.js"))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_has_the_same_places_in_every_language(name: str) -> None:
    texts = [getattr(TEXTS[name], language) for language in LANGUAGES]
    places = [
        sorted(place for _, place, *_ in string.Formatter().parse(one) if place) for one in texts
    ]
    tags = [re.findall(r"</?\w+", one) for one in texts]

    assert all(one == places[0] for one in places)
    assert all(one == tags[0] for one in tags)
    assert not any('"' in one for one in texts)  # it may stand in an attribute


def test_a_text_that_a_page_asks_for_is_there() -> None:
    asked = set(re.findall(r"""\bt\(["']([a-z-]+\.[a-z-]+)["'](?! ~)""", WORDS))
    asked |= set(re.findall(r"""language\)\("([a-z-]+\.[a-z-]+)"\)""", WORDS))

    assert len(asked) > 100
    assert asked <= set(TEXTS)


def test_every_text_is_asked_for() -> None:
    """Names that are put together count by their beginning: `menu.` and what a list gives."""
    begun = set(re.findall(r"""["']([a-z-]+\.[a-z-]*)["'] ~""", WORDS))
    begun |= set(re.findall(r"""f"([a-z]+\.)\{""", WORDS)) | {"dataset.", "state.", "datastream."}
    spoken = set(re.findall(r"words\.([a-z]+)|words\[\"([a-z-]+)\"\]", SCRIPTS))
    in_scripts = {f"script.{one or other}" for one, other in spoken} | {
        "script.silent",
        "script.late",
    }

    unused = [
        name for name in TEXTS
        if name not in in_scripts and f'"{name}"' not in WORDS and f"'{name}'" not in WORDS
        and not name.startswith(tuple(begun))
    ]  # fmt: skip
    assert unused == []
