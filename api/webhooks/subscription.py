"""A webhook as its owner asks for it and sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

import msgspec

from api.access import Caller
from api.live.filters import PARAMETERS, Filter, filter_of
from api.settings import DestinationPolicy
from api.webhooks.destination import destination_of
from schemas.errors import QueryRejected
from schemas.vocabulary import Vocabulary

Wanted = Mapping[str, Sequence[str]]
_DESCRIPTION: Final = 500
_VALUES: Final = 1000
_T = TypeVar("_T")


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for.

    Attributes:
        url: where messages are sent.
        filter: the parameters of `/live/observations`, each with its values; empty: everything.
        description: for people.
        sequence: the first message follows this one; left out: what is published from now on.
    """

    url: str
    filter: dict[str, list[str]] = msgspec.field(default_factory=dict)
    description: str = ""
    sequence: int | None = None


class Changed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change.

    Attributes:
        url: where messages are sent from now on.
        description: for people.
        state: `paused` sends nothing; `active` goes on where it stopped.
    """

    url: str | None = None
    description: str | None = None
    state: Literal["active", "paused"] | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From where to send again.

    Attributes:
        sequence: the next message follows this one.
    """

    sequence: int


class Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A webhook as its owner sees it.

    Attributes:
        id: of the webhook.
        city: whose it is.
        state: `active`, `paused` by its owner, or `disabled` by us.
        reason: why it is disabled.
        sequence: everything up to it was taken, or is not wanted.
        delivered: messages that were taken.
        attempts: failed ones since the last success.
        failure: what went wrong with the last one.
        secret: `whsec_…`, told once.
    """

    id: str
    city: str
    url: str
    filter: Any
    description: str
    state: str
    reason: str = ""
    created_time: datetime
    sequence: int
    delivered: int
    delivered_time: datetime | None = None
    attempts: int = 0
    failing_since: datetime | None = None
    failure: str = ""
    next_attempt: datetime | None = None
    secret: str | None = None


def read(body: bytes, kind: type[_T]) -> _T:
    """Return what a body asks for.

    Raises:
        QueryRejected: it is not that; the sentence says where and why.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise QueryRejected(f"the body is not what is expected here: {wrong}") from wrong


def check(
    url: str | None,
    description: str | None,
    *,
    policy: DestinationPolicy,
    sequence: int | None = None,
) -> None:
    """Refuse what cannot be kept.

    Raises:
        QueryRejected: the sentence says what.
    """
    if url is not None:
        destination_of(url, policy)
    if description is not None and (len(description) > _DESCRIPTION or "\0" in description):
        raise QueryRejected(f"description has more than {_DESCRIPTION} characters, or NUL")
    if sequence is not None and not 0 <= sequence < 1 << 63:
        raise QueryRejected("sequence is not one that was given")


def filter_for(city: str, wanted: Wanted, vocabulary: Vocabulary) -> Filter:
    """Return what a city's webhook hears of: what is open, and what its key opens.

    Raises:
        QueryRejected: a name is not known or says nothing.
    """
    if "lastEventId" in wanted:
        raise QueryRejected("a webhook begins at its sequence, not at lastEventId")
    pairs = [(name, value) for name, values in wanted.items() for value in values]
    if len(pairs) > _VALUES or any("\0" in value for _, value in pairs):
        raise QueryRejected(f"filter has more than {_VALUES} values, or NUL")
    for name, values in wanted.items():
        if name not in PARAMETERS or not values:
            known = ", ".join(one for one in PARAMETERS if one != "lastEventId")
            raise QueryRejected(f"filter {name!r} is not known or has no value; there are {known}")
    return filter_of(pairs, Caller((city,)), vocabulary)
