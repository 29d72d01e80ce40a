"""The privacy gate: what a profile declares personal goes before anything reaches a disk.

A payload of a profile without personal fields passes byte for byte. One with them passes byte
for byte when none of them is in it; else without them. One that cannot be read, so that nobody
can tell what is in it, is withheld: a marker with the reason takes its place, and becomes a dead
letter without content. A city would rather lose the text of an unreadable telegram than keep an
identifier in it.
"""

import re
from typing import Final

from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile

# No device begins so; one that did would only have its own payload rejected.
WITHHELD: Final = b"stadspuls:withheld:"
_CODE: Final = re.compile(r"[a-z]+\.[a-z0-9-]{1,40}")


def gate(profile: CompiledProfile, payload: bytes) -> bytes:
    """Return the payload without what the profile, or an envelope of its, declares personal.

    Never raises: a payload that cannot be read is withheld.
    """
    try:
        for envelope in profile.envelopes:
            if envelope.remove_personal is not None and payload.lstrip()[:1] == b"{":
                payload = envelope.remove_personal(payload)
        return payload if profile.remove_personal is None else profile.remove_personal(payload)
    except ReadingRejected as rejected:
        return WITHHELD + rejected.reason.encode()


def refuse_withheld(payload: bytes) -> None:
    """Let a payload pass, unless the gate withheld it.

    Raises:
        ReadingRejected: the gate withheld it; the detail says why it could not be read.
    """
    if not payload.startswith(WITHHELD):
        return
    code = payload[len(WITHHELD) :].decode(errors="replace")
    why = code if _CODE.fullmatch(code) else "payload.malformed"
    detail = f"unreadable ({why}), and it might hold personal data, so its text was not kept"
    raise ReadingRejected("privacy.withheld", detail)
