"""Which decoder a profile asks for: bytes in, the document that its paths start from out."""

from collections.abc import Callable
from typing import Any, TypeAlias

from schemas.decoders.csv_rows import ROWS, compile_csv
from schemas.decoders.json_document import read_json
from schemas.decoders.pairs import unfold_pairs, unfold_text
from schemas.decoders.senml import read_senml
from schemas.decoders.telegram import read_telegram
from schemas.decoders.text_fields import compile_text
from schemas.decoders.xml_document import compile_xml
from schemas.language.decode_profile import CsvForm, XmlForm
from schemas.language.sensor_profile import SensorProfile
from schemas.language.wrong_part import naming

Decode: TypeAlias = Callable[[bytes], Any]


def compile_decode(profile: SensorProfile) -> Decode:
    """Return the function from a payload, without its envelope, to its document; not of frames.

    Raises:
        WrongPart: with what to change.
    """
    read = _reader(profile)
    for path in profile.json_text:
        read = _then_json(read, path)
    if profile.pairs is not None:
        pairs, outer = profile.pairs, read
        return lambda payload: unfold_pairs(outer(payload), pairs)
    return read


def items_path(profile: SensorProfile) -> str | None:
    """Return the path of the list whose items are read one by one, `None` without one."""
    return profile.each or (ROWS if profile.decode in {"csv", "senml"} else None)


def _reader(profile: SensorProfile) -> Decode:
    if profile.decode == "csv":
        with naming("csv"):
            return compile_csv(profile.csv or CsvForm())
    if profile.text is not None:
        return compile_text(profile.text)
    if profile.decode == "xml":
        return compile_xml(profile.xml or XmlForm())
    plain: dict[str, Decode] = {"senml": read_senml, "dsmr-telegram": read_telegram}
    return plain.get(profile.decode, read_json)


def _then_json(read: Decode, path: str) -> Decode:
    return lambda payload: unfold_text(read(payload), path)
