"""How much may be in one payload, so that no reading holds up those behind it."""

from typing import Final

from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile

ITEMS_LIMIT: Final = 10_000
VALUES_LIMIT: Final = 100_000
# Of a term 0.2 us of CPU were measured, of a value 2 us.
TERMS_LIMIT: Final = 2_000_000


def refuse_too_many(items: int, profile: CompiledProfile) -> None:
    """Let so many items pass, if what the profile looks at in each is not too much for them.

    Raises:
        ReadingRejected: it is.
    """
    if items > ITEMS_LIMIT:
        detail = f"{items} items; at most {ITEMS_LIMIT} can be in a payload"
    elif items * len(profile.datastreams) > VALUES_LIMIT:
        detail = f"{items} items; at most {VALUES_LIMIT} values can be in a payload"
    elif items * profile.terms > TERMS_LIMIT:
        detail = f"{items} items; {profile.id} looks at {profile.terms} terms for each of them"
    else:
        return
    raise ReadingRejected("payload.too-large", detail, profile.each)
