"""The recordings: which files, read by which profile, under which topic."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from deploy.recorded_payloads import recorded_payloads
from schemas.errors import Misconfigured
from schemas.library import Library
from schemas.topics import Address, source_of

LIST: Final = Path(__file__).parent / "recordings.yaml"
DATA: Final = Path(__file__).parents[3] / "shared" / "data"


class Recording(BaseModel):
    """An entry of the list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    files: str
    profile: str
    city: str = "opnames"
    zone: str = "Europe/Brussels"
    thing: str | None = None
    items: str | None = None
    apart: Annotated[tuple[str, ...], Field(default=())]

    def paths(self, data: Path) -> list[Path]:
        """Return its files.

        Raises:
            Misconfigured: there is none.
        """
        found = sorted(data.glob(self.files))
        if not found:
            raise Misconfigured(f"{self.name}: there is no {data / self.files}")
        return found


class Message(NamedTuple):
    """A payload under its topic; `thing` is what the topic says."""

    topic: str
    thing: str | None
    payload: bytes


def recordings() -> list[Recording]:
    """Return the list."""
    raw = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return TypeAdapter(list[Recording]).validate_python(raw)


def messages(
    recording: Recording, library: Library, *, data: Path, most: int | None = None
) -> Iterator[Message]:
    """Yield a recording's messages, at most so many of each file."""
    definition = library.profile(recording.profile).definition
    place = 0
    for path in recording.paths(data):
        thing = recording.thing and recording.thing.replace("{file}", _slug(path))
        topic = source_of(Address(recording.city, recording.profile, thing))
        for number, payload in enumerate(recorded_payloads([path], definition, recording.items)):
            if number == most:
                break
            place += 1
            sent = _apart(payload, recording.apart, place) if recording.apart else payload
            yield Message(topic, thing, sent)


def _slug(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.name.partition(".")[0].lower()).strip("-")


def _apart(payload: bytes, names: tuple[str, ...], number: int) -> bytes:
    """Return an uplink as that of a device of its own."""
    document = json.loads(payload)
    for name in names:
        *above, last = name.split(".")
        part: Any = document
        for key in above:
            part = part.get(key) if isinstance(part, dict) else None
        if isinstance(part, dict) and last in part:
            part[last] = f"{part[last]}-{number}"
    return json.dumps(document).encode()
