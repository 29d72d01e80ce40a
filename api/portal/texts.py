"""The texts of the pages: data files in `texts/`, each text in every language."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias, get_args

from markupsafe import Markup
from pydantic import RootModel

from schemas.vocabulary_entries import Text
from schemas.yaml_source import read_model, read_yaml

Language: TypeAlias = Literal["nl", "en", "fr", "de"]
LANGUAGES: Final[Mapping[Language, str]] = {
    "nl": "Nederlands",
    "en": "English",
    "fr": "Français",
    "de": "Deutsch",
}
DUTCH: Final[Language] = "nl"


class _File(RootModel[dict[str, Text]]):
    """The form of a file: texts by their names."""


class Texts:
    """All texts, by `file.name`."""

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self.texts = texts

    @classmethod
    def load(cls) -> "Texts":
        """Read the texts.

        Raises:
            Misconfigured: a file is wrong, or lacks a language.
        """
        found: dict[str, Text] = {}
        for file in (files("api.portal") / "texts").iterdir():
            name = file.name.removesuffix(".yaml")
            for key, text in read_model(read_yaml(file), _File).root.items():
                found[f"{name}.{key}"] = text
        return cls(found)

    def of(self, language: Language) -> Callable[..., Markup]:
        """Return what gives a text in a language, with values in its places.

        A text may hold markup, as it is ours; a value is escaped.
        """

        def text(name: str, /, **values: Any) -> Markup:
            return Markup(getattr(self.texts[name], language)).format(**values)  # noqa: S704, ours

        return text


def language_of(wanted: str | None) -> Language | None:
    """Return the language of a `lang=`, `None` where it is none of ours."""
    return next((one for one in get_args(Language) if one == wanted), None)
