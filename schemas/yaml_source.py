"""YAML that people write, read with the line of everything in it.

YAML 1.2's plain scalars: only `true` and `false` are truth values, so `no` stays text; there are
no dates and no numbers to the base of sixty. A key that is there twice is an error. Anchors and
aliases are refused: a small file must not unfold into a large one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from typing import Any, Final, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.composer import Composer

from schemas.errors import Misconfigured

FILE_LIMIT_BYTES: Final = 1_000_000
_DEPTH_LIMIT: Final = 40
_SENTENCES_LIMIT: Final = 50
_SHOWN: Final = 60
_INTEGER: Final = re.compile(r"[-+]?\d+")
_DECIMAL: Final = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?")
_WORDS: Final[Mapping[str, Any]] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}

Place: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class YamlSource:
    """What a file holds, and on which line.

    Attributes:
        name: path of the file, for messages.
        data: its mappings, lists and scalars.
        lines: line number of each place, counted from 1.
    """

    name: str
    data: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def at(self, place: Place) -> str:
        """Return `file:line`, as editors and terminals understand it."""
        return f"{self.name}:{self.line(place)}"


def read_yaml(file: Traversable, *, limit_bytes: int = FILE_LIMIT_BYTES) -> YamlSource:
    """Read a YAML file.

    Raises:
        Misconfigured: it cannot be read, is too large, or is no YAML as described above.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read ({error.strerror})") from error
    if len(content) > limit_bytes:
        raise Misconfigured(f"{file}: larger than {limit_bytes} bytes")
    return parse_yaml(content, str(file))


def parse_yaml(content: bytes | str, name: str) -> YamlSource:
    """Read YAML text; `name` stands for the file in messages.

    Raises:
        Misconfigured: it is no YAML as described above.
    """
    lines: dict[Place, int] = {}
    try:
        node = yaml.compose(content, Loader=_Loader)
    except (yaml.YAMLError, ValueError) as error:
        raise Misconfigured(f"{name}: not YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise Misconfigured(f"{name}: nested too deep") from error
    data = None if node is None else _Builder(name, lines).build(node, ())
    return YamlSource(name, data, lines)


def read_model(source: YamlSource, model: type[Model]) -> Model:
    """Return a file's content as a model.

    Raises:
        Misconfigured: one line for each mistake, with file, line, place and what to change.
    """
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise Misconfigured("\n".join(_sentences(source, error, model))) from error


class _Loader(Composer, yaml.CSafeLoader):
    """libyaml's events, ten times as fast as Python's, made nodes in Python.

    libyaml's own nodes are made by a recursion in C that no limit ends but the stack's.
    """

    def __init__(self, stream: bytes | str) -> None:
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)


class _Builder:
    """Turns YAML nodes into data and notes their lines."""

    def __init__(self, name: str, lines: dict[Place, int]) -> None:
        self._name = name
        self._lines = lines
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, place: Place) -> Any:
        self._lines[place] = node.start_mark.line + 1
        if len(place) > _DEPTH_LIMIT:
            raise self._wrong(node, "nested too deep")
        if id(node) in self._seen:
            raise self._wrong(node, "anchors (&) and aliases (*) are not used here; write it out")
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, i)) for i, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._wrong(key, "a key must be a word")
            if key.value in result:
                raise self._wrong(key, f"the key `{key.value}` is there twice; remove one")
            result[key.value] = self.build(value, (*place, key.value))
            self._lines[(*place, key.value)] = key.start_mark.line + 1
        return result

    def _wrong(self, node: yaml.Node, what: str) -> Misconfigured:
        return Misconfigured(f"{self._name}:{node.start_mark.line + 1}: {what}")


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if getattr(node, "style", None):  # in quotes, or a block
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 300 else text  # noqa: PLR2004 - far beyond any number
    return float(text) if _DECIMAL.fullmatch(text) else text


def _sentences(
    source: YamlSource, error: ValidationError, model: type[BaseModel]
) -> Iterator[str]:
    schema = model.model_json_schema()
    problems = error.errors(include_url=False, include_context=False)
    for place, problem in _telling(source, problems[:_SENTENCES_LIMIT]):
        where = ".".join(str(step)[:_SHOWN] for step in place) or "the file"
        yield f"{source.at(place)}: {where}: {_advice(problem, schema)}"
    if len(problems) > _SENTENCES_LIMIT:
        yield f"{source.name}: {len(problems) - _SENTENCES_LIMIT} more mistakes"


def _telling(source: YamlSource, problems: Sequence[Any]) -> Iterator[tuple[Place, Any]]:
    """Yield the problems that say something, each with its place.

    Where a value may be of several kinds, pydantic tells for each why it is not of that one. That
    it is of another kind says nothing beside what is wrong with the kind that was meant.
    """
    found = [(_place_in_file(problem, source.data), problem) for problem in problems]
    meant = [place for place, problem in found if not _is_other_kind(problem)]
    told: set[Place] = set()
    for place, problem in found:
        if _is_other_kind(problem) and (
            place in told or any(one[: len(place)] == place for one in meant)
        ):
            continue
        told.add(place)
        yield place, problem


def _is_other_kind(problem: Any) -> bool:
    return bool(problem["type"].endswith("_type") or problem["type"] == "literal_error")


def _place_in_file(problem: Any, data: Any) -> Place:
    """Drop what pydantic adds to a place (the names of union members) and keep what is there.

    The last step may be a field that is missing.
    """
    place: list[str | int] = []
    for step in problem["loc"]:
        if _holds(data, step):
            data = data[step]
        elif step != problem["loc"][-1] or problem["type"] != "missing":
            continue
        place.append(step)
    return tuple(place)


def _holds(data: Any, step: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data


def _advice(problem: Any, schema: Mapping[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return _unknown_field(problem["loc"], schema)
    if problem["type"] == "missing":
        meaning = str(_part(schema, problem["loc"]).get("description", ""))
        return f"is missing; add it: {meaning}" if meaning else "is missing; add it"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if isinstance(problem["input"], dict | list):
        return message
    return f"{message} (found {str(problem['input'])[:_SHOWN]!r})"


def _part(schema: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
    """Return what the schema says about a place, nothing where it says nothing."""
    part: Mapping[str, Any] = schema
    for step in place:
        part = _resolved(schema, part)
        part = part.get("items", {}) if isinstance(step, int) else _field(part, step)
    return _resolved(schema, part)


def _resolved(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    named = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
    return {**named, **part}


def _field(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    others = part.get("additionalProperties")
    known = part.get("properties", {})
    return known.get(name, others if isinstance(others, dict) else {})  # type: ignore[no-any-return]


def _unknown_field(place: Place, schema: Mapping[str, Any]) -> str:
    name, here = str(place[-1]), sorted(_part(schema, place[:-1]).get("properties", ()))
    everywhere = sorted(_field_names(schema) - {name})
    near = _near(name, here) or _near(name, everywhere)
    if near:
        return f"is not known here; did you mean `{near[0]}`?"
    offered = f"; what is known here: {', '.join(here)}" if here else ", or see the documentation"
    return f"is not known here; remove it{offered}"


def _near(name: str, known: list[str]) -> list[str]:
    return get_close_matches(name, known, n=1, cutoff=0.7)


def _field_names(schema: Mapping[str, Any]) -> set[str]:
    parts = [schema, *schema.get("$defs", {}).values()]
    return {name for part in parts for name in part.get("properties", {})}
