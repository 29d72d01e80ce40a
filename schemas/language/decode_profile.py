"""How a payload that is not plain JSON becomes a document: what a profile may say about it."""

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from schemas.language.plain_paths import PlainPath, plain_steps
from schemas.language.profile_parts import Part

NAMES_LIMIT: Final = 40
LEVELS_LIMIT: Final = 12
_NAME: Final = re.compile(r"\{([^{}]*)\}")


def _known_plain_path(path: str) -> str:
    plain_steps(path)
    return path


def pattern_parts(pattern: str) -> tuple[list[str], list[str]]:
    """Return the fixed texts of a pattern, and the names between them.

    Raises:
        ValueError: a name is no word or is there twice, or no text parts two names.
    """
    parts = _NAME.split(pattern)
    fixed, names = parts[::2], parts[1::2]
    if not names or len(names) > NAMES_LIMIT or len(set(names)) < len(names):
        raise ValueError(f"a pattern names 1 to {NAMES_LIMIT} fields, each once, as in `T={{t}}`")
    if not all(re.fullmatch(r"[a-z_][a-z0-9_]*", name, re.ASCII) for name in names):
        raise ValueError("a name in a pattern has letters a-z, digits and `_`, as in `{air_temp}`")
    if not all(fixed[1:-1]):
        raise ValueError("some text must stand between two names of a pattern")
    return fixed, names


def _known_pattern(pattern: str) -> str:
    pattern_parts(pattern)
    return pattern


def topic_levels(pattern: str) -> list[tuple[list[str], list[str]]]:
    """Return fixed texts and names of each level of a pattern of topics, as `{node}/{what}`.

    Raises:
        ValueError: a level is empty or no pattern, there are too many, or a name is there twice.
    """
    texts = pattern.split("/")
    if len(texts) > LEVELS_LIMIT or not all(texts) or any(mark in pattern for mark in "+#"):
        raise ValueError(f"has 1 to {LEVELS_LIMIT} levels, as `{{node}}/sensor/{{what}}/state`")
    levels = [pattern_parts(text) if _NAME.search(text) else ([text], []) for text in texts]
    names = [name for _, found in levels for name in found]
    if not names or len(set(names)) < len(names):
        raise ValueError("a pattern of topics has names, each once, as `tele/{device}/SENSOR`")
    return levels


def _known_topic(pattern: str) -> str:
    topic_levels(pattern)
    return pattern


TopicPattern: TypeAlias = Annotated[str, Field(max_length=300), AfterValidator(_known_topic)]
KnownPath: TypeAlias = Annotated[PlainPath, AfterValidator(_known_plain_path)]


class Pairs(Part):
    """A list of `{key: name, …}`, to be read as an object by name: the item, or its value."""

    path: KnownPath
    key: str
    value: str | None = Field(None, description="left out: the whole item")


class Entries(Part):
    """An object whose names say something (ids, times), to be read as a list of its entries."""

    path: KnownPath
    key: str = Field("key", description="field that each entry's name is put into")
    value: str = Field("value", description="field for an entry that is no object")


class Table(Part):
    """A list of rows that are lists themselves, to be read as objects by their columns' names."""

    path: KnownPath
    columns: str | Annotated[list[str], Field(min_length=1, max_length=200)] = Field(
        description="names of the columns, or the field beside the rows that has them: a list, or "
        "a text with commas"
    )


class Around(Part):
    """A list within an item of another: each of its items is given what is around the list."""

    path: KnownPath
    name: str = Field(description="field of the items for what is around them")


class Wide(Part):
    """Columns of several things beside each other: each thing becomes a row of its own."""

    keep: int = Field(1, ge=1, le=100, description="first columns, which all things share")
    name: str = Field("name", description="field for the thing: the first line of the header")
    value: str = Field(
        "value", description="field for the value, where no second header line names it"
    )


class CsvForm(Part):
    """Rows of cells. The document is `{rows: [...]}`, and `each` is `rows`."""

    delimiter: str = Field(",", min_length=1, max_length=1)
    quote: str = Field('"', min_length=1, max_length=1)
    header: list[str] = Field(
        default_factory=list,
        max_length=5,
        description="the header's lines as the file has them; payloads are then bare rows, and "
        "these very lines are passed over",
    )
    header_lines: int = Field(
        1, ge=1, le=5, description="lines of the header in each payload, when `header` is empty"
    )
    missing: list[str] = Field(default_factory=list, description="cells that stand for none")
    wide: Wide | None = None


class XmlForm(Part):
    """Elements become objects by their local names, attributes `@name`, text beside them `#text`.

    DTDs and entities of one's own are refused.
    """

    lists: list[str] = Field(
        default_factory=list, description="elements that are lists even when there is one"
    )


class TextForm(Part):
    """A line of text: a pattern with names, or pairs such as `t=21.5;h=40`."""

    pattern: Annotated[str, Field(max_length=500), AfterValidator(_known_pattern)] | None = Field(
        None, description="fixed text with `{names}`, as in `T={temperature} H={humidity}`"
    )
    separator: str | None = Field(None, min_length=1, max_length=3, description="between pairs")
    assign: str = Field("=", min_length=1, max_length=3, description="between name and value")

    @model_validator(mode="after")
    def _one_way(self) -> "TextForm":
        if (self.pattern is None) == (self.separator is None):
            raise ValueError("text has a `pattern`, or pairs with a `separator`")
        return self


Decoding: TypeAlias = Literal[
    "json", "csv", "xml", "text", "form", "senml", "dsmr-telegram", "frame"
]
# Forms whose values are all texts, so that numbers are read from them.
TEXTUAL: Final = frozenset({"csv", "xml", "text", "form"})
# Forms that personal fields can be taken out of, before anything is kept.
PRIVATE: Final = frozenset({"json", "csv", "form", "dsmr-telegram"})
