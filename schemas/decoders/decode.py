"""Which decoder a profile asks for: bytes in, the document that its paths start from out."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from schemas.decoders.csv_rows import ROWS, compile_csv
from schemas.decoders.json_document import read_json
from schemas.decoders.pairs import unfold_pairs, unfold_text
from schemas.decoders.senml import read_senml
from schemas.decoders.shapes import tell_around, unfold_entries, unfold_table
from schemas.decoders.telegram import read_telegram
from schemas.decoders.text_fields import compile_text
from schemas.decoders.web_form import read_form
from schemas.decoders.xml_document import compile_xml
from schemas.language.decode_profile import CsvForm, XmlForm
from schemas.language.sensor_profile import SensorProfile
from schemas.language.wrong_part import naming

Decode: TypeAlias = Callable[[bytes], Any]
Shape: TypeAlias = Callable[[Any], Any]


def compile_decode(profile: SensorProfile) -> Decode:
    """Return the function from a payload, without its envelope, to its document; not of frames.

    Raises:
        WrongPart: with what to change.
    """
    read, steps = _reader(profile), _steps(profile)
    if not steps:
        return read

    def read_shaped(payload: bytes) -> Any:
        document = read(payload)
        for step in steps:
            document = step(document)
        return document

    return read_shaped


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
    plain: dict[str, Decode] = {
        "senml": read_senml,
        "dsmr-telegram": read_telegram,
        "form": read_form,
    }
    return plain.get(profile.decode, read_json)


def _steps(profile: SensorProfile) -> list[Shape]:
    """Return what is done to the document before it is read, in this order."""
    return [
        *(partial(unfold_text, path=path) for path in profile.json_text),
        *(partial(unfold_entries, entries=entries) for entries in profile.entries),
        *(partial(unfold_table, table=table) for table in profile.tables),
        *(partial(tell_around, around=around) for around in profile.around),
        *(partial(unfold_pairs, pairs=pairs) for pairs in [profile.pairs] if pairs is not None),
    ]
