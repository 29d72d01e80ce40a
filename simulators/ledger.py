"""The publisher's ledger: what was published and what the broker acknowledged, as JSON lines.

One line a fact, appended and handed to the system at once, so that a killed publisher leaves a
true ledger: a message stands in it before it goes out, its acknowledgement after it came in.
"""

import base64
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import msgspec

_PUBLISHED: Final = b'{"type":"published",'
_ACKNOWLEDGED: Final = b'{"type":"acknowledged",'


class Published(msgspec.Struct, frozen=True, rename="camel", tag="published", omit_defaults=True):
    """A message that goes out.

    Attributes:
        number: of the message in this ledger, from 0.
        city: slug of the city whose user publishes.
        topic: MQTT topic.
        sha256: hash of the payload, in hexadecimal.
        published_time: in seconds since 1970.
        text: the payload, where it is UTF-8.
        base64: the payload, where it is not.
        fault: what is wrong with it on purpose: malformed, late, out-of-order, duplicate.
        kind: of a malformed payload.
    """

    number: int
    city: str
    topic: str
    sha256: str
    published_time: float
    text: str | None = None
    base64: str | None = None
    fault: str = ""
    kind: str = ""

    @property
    def payload(self) -> bytes:
        """The bytes that went out."""
        if self.text is not None:
            return self.text.encode()
        return base64.b64decode(self.base64 or "")


class Acknowledged(msgspec.Struct, frozen=True, rename="camel", tag="acknowledged"):
    """The broker's PUBACK for a message.

    Attributes:
        number: of the message.
        acknowledged_time: in seconds since 1970.
    """

    number: int
    acknowledged_time: float


class Entry(NamedTuple):
    """A message with what became of it.

    Attributes:
        published: the message.
        acknowledged_time: in seconds since 1970, `None` when no acknowledgement came.
    """

    published: Published
    acknowledged_time: float | None


class Tally(NamedTuple):
    """How many messages were published, and how many acknowledged."""

    published: int = 0
    acknowledged: int = 0


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Published | Acknowledged)


class Ledger:
    """The writing side; of several processes, each has a file of its own."""

    def __init__(self, file: Path) -> None:
        """Open a ledger, to go on after what is in it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._next = LedgerTally([file]).advance().published
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def published(
        self, city: str, topic: str, payload: bytes, *, fault: str = "", kind: str = ""
    ) -> int:
        """Note a message that is about to go out; return its number."""
        number, self._next = self._next, self._next + 1
        text, coded = _written(payload)
        self._append(
            Published(
                number=number,
                city=city,
                topic=topic,
                sha256=hashlib.sha256(payload).hexdigest(),
                published_time=time.time(),
                text=text,
                base64=coded,
                fault=fault,
                kind=kind,
            )
        )
        return number

    def acknowledged(self, number: int) -> None:
        """Note that the broker acknowledged a message."""
        self._append(Acknowledged(number, time.time()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def _append(self, fact: Published | Acknowledged) -> None:
        os.write(self._file, _encoder.encode(fact) + b"\n")


class LedgerTally:
    """Counts what is in ledgers, again and again, reading only what was added."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Begin at the beginning of the files; one that is not there yet may come."""
        self._places = dict.fromkeys(files, 0)
        self._tally = Tally()

    def advance(self) -> Tally:
        """Return the counts of all complete lines."""
        for file, place in self._places.items():
            if not file.exists():
                continue
            with file.open("rb") as lines:
                lines.seek(place)
                added = lines.read()
            complete = added[: added.rfind(b"\n") + 1]
            self._places[file] = place + len(complete)
            # A payload cannot hold these words: its quotation marks are escaped.
            self._tally = Tally(
                self._tally.published + complete.count(_PUBLISHED),
                self._tally.acknowledged + complete.count(_ACKNOWLEDGED),
            )
        return self._tally


def read_ledger(file: Path) -> list[Entry]:
    """Return the messages of a ledger in the order of their numbers.

    A last line that a killed publisher left unfinished is passed over.

    Raises:
        msgspec.ValidationError: the file is not a ledger.
    """
    messages: dict[int, Published] = {}
    acknowledged: dict[int, float] = {}
    for fact in _facts(file):
        if isinstance(fact, Published):
            messages[fact.number] = fact
        else:
            acknowledged.setdefault(fact.number, fact.acknowledged_time)
    return [Entry(one, acknowledged.get(number)) for number, one in sorted(messages.items())]


def _facts(file: Path) -> Iterator[Published | Acknowledged]:
    with file.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield _decoder.decode(line)


def _written(payload: bytes) -> tuple[str | None, str | None]:
    try:
        return payload.decode(), None
    except UnicodeDecodeError:
        return None, base64.b64encode(payload).decode()
