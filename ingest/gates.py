"""What ingest asks of a profile: its privacy gate, and whether a beginning may be kept unread."""

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from schemas.cities.registry import Registry
from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.privacy import WITHHELD, gate
from schemas.topics import Address

_WITHHELD: Final = WITHHELD + b"payload.malformed"


class Gate(NamedTuple):
    """How payloads of one profile pass.

    Attributes:
        admit: returns the payload without what is personal; `None` where nothing can be.
        keeps_beginning: whether the beginning of a payload may be kept unread.
    """

    admit: Callable[[bytes], bytes] | None
    keeps_beginning: bool


def gate_of(registry: Registry, address: Address) -> Gate:
    """Return the gate of the profile that an address names.

    Raises:
        ReadingRejected: `profile.unknown`; without a profile nobody can say what is personal.
    """
    library = registry.cities[address.city].library
    if address.profile not in library:
        raise ReadingRejected(
            "profile.unknown",
            f"there is no profile {address.profile}; without it nobody can tell what is personal "
            "in the payload, so its content was not kept",
        )
    profile = library.profile(address.profile)
    harmless = _is_harmless(profile)
    plain = all(one.remove_personal is None for one in (profile, *profile.envelopes))
    return Gate(None if plain else partial(_admit, profile), harmless)


def _admit(profile: CompiledProfile, payload: bytes) -> bytes:
    try:
        return gate(profile, payload)
    except Exception:  # noqa: BLE001 - whatever goes wrong, nothing passes unread
        return _WITHHELD


def _is_harmless(profile: CompiledProfile) -> bool:
    """Tell whether neither the profile nor what may surround its payload has personal data."""
    around = (profile, *profile.envelopes, *profile.carried.values())
    return not any(one.is_personal or one.remove_personal is not None for one in around)
