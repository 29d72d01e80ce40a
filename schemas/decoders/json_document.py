"""Payload bytes in, a document out; what is not plainly right is rejected with its reason.

JSON is read by msgspec, which keeps the last of two equal keys and minds no depth. Both are
caught after it: see `_refuse_duplicates`.
"""

import json
from typing import Any, Final

import msgspec

from schemas.errors import ReadingRejected

PAYLOAD_LIMIT_BYTES: Final = 1_048_576
DEPTH_LIMIT: Final = 32
PARTS_LIMIT: Final = 200_000
_BOM: Final = b"\xef\xbb\xbf"
_COLON_APART: Final = (b" :", b"\t:", b"\n:", b"\r:")

_decoder = msgspec.json.Decoder()


def read_json(payload: bytes) -> Any:
    """Return the JSON document.

    Raises:
        ReadingRejected: it is empty, too large, not UTF-8, not JSON (NaN and Infinity are not),
            nested too deep, of too many parts, has a key twice, a number beyond a double's, or a
            NUL.
    """
    payload = _bounded(payload)
    try:
        document = _decoder.decode(payload)
    except UnicodeDecodeError as error:
        raise _not_utf8(error) from error
    except msgspec.ValidationError as error:
        raise ReadingRejected("payload.number", "a number is beyond any measurement") from error
    except msgspec.DecodeError as error:
        raise _malformed(payload, error) from error
    except RecursionError as error:
        raise _too_deep() from error
    if b"\\u0000" in payload:
        _refuse_nul(document)
    _refuse_duplicates(payload, document)
    return document


def read_text(payload: bytes) -> str:
    """Return the text.

    Raises:
        ReadingRejected: it is empty, too large, not UTF-8, or has a NUL.
    """
    payload = _bounded(payload)
    if b"\0" in payload:
        raise _nul()
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(error) from error


def read_bytes(payload: bytes) -> bytes:
    """Return the bytes of a binary frame.

    Raises:
        ReadingRejected: there are none, or too many.
    """
    if not payload:
        raise ReadingRejected("payload.empty", "the payload has no bytes")
    if len(payload) > PAYLOAD_LIMIT_BYTES:
        raise _too_large(payload)
    return payload


def _bounded(payload: bytes) -> bytes:
    if len(payload) > PAYLOAD_LIMIT_BYTES:
        raise _too_large(payload)
    payload = payload.removeprefix(_BOM)
    if not payload or payload.isspace():
        raise ReadingRejected("payload.empty", "the payload has no content")
    return payload


def _refuse_duplicates(payload: bytes, document: Any) -> None:
    """Reject a document in which an object has a key twice.

    Where no blank stands before a colon, each key ends in `":`, so that there are at least as
    many of these as keys. Equal to the number of keys that were kept, no key was there twice.
    Only when they differ (a text that begins with a colon, or a true duplicate) the slow reader
    decides.
    """
    kept = _count_keys(document)
    if payload.count(b'":') == kept and not any(apart in payload for apart in _COLON_APART):
        return
    try:
        json.loads(payload, object_pairs_hook=_unique_keys, parse_float=str, parse_int=str)
    except ValueError as error:
        raise ReadingRejected("payload.malformed", f"not JSON: {error}") from error


def _count_keys(document: Any) -> int:
    keys = parts = depth = 0
    level = [document]
    while level:
        depth += 1
        parts += len(level)
        if depth > DEPTH_LIMIT:
            raise _too_deep()
        if parts > PARTS_LIMIT:
            detail = f"more than {PARTS_LIMIT} objects and lists"
            raise ReadingRejected("payload.too-large", detail)
        deeper = []
        for node in level:
            if type(node) is dict:
                keys += len(node)
                deeper += [value for value in node.values() if type(value) in (dict, list)]
            elif type(node) is list:
                deeper += [value for value in node if type(value) in (dict, list)]
        level = deeper
    return keys


def _unique_keys(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ReadingRejected("payload.duplicate-key", f"the key `{key[:60]}` is there twice")
        seen.add(key)


def _refuse_nul(document: Any) -> None:
    # Encoded anew, an escaped NUL is the one way to this text that is no escaped backslash.
    if b"\\u0000" in msgspec.json.encode(document).replace(b"\\\\", b""):
        raise _nul()


def _malformed(payload: bytes, error: Exception) -> ReadingRejected:
    try:
        payload.decode()
    except UnicodeDecodeError as wrong:
        return _not_utf8(wrong)
    if b"\0" in payload:
        return _nul()
    return ReadingRejected("payload.malformed", f"not JSON: {error}")


def _not_utf8(error: UnicodeDecodeError) -> ReadingRejected:
    return ReadingRejected(
        "payload.not-utf8", "the payload is not UTF-8 text", f"byte {error.start}"
    )


def _nul() -> ReadingRejected:
    return ReadingRejected("payload.nul", "the payload holds a NUL character")


def _too_deep() -> ReadingRejected:
    return ReadingRejected("payload.too-deep", f"nested deeper than {DEPTH_LIMIT} levels")


def _too_large(payload: bytes) -> ReadingRejected:
    detail = f"{len(payload)} bytes; at most {PAYLOAD_LIMIT_BYTES} are read"
    return ReadingRejected("payload.too-large", detail)
