"""How a sample is written: the form that reads it, and the document that it becomes."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schemas.decoders.csv_rows import compile_csv
from schemas.decoders.json_document import read_json
from schemas.decoders.text_fields import compile_text
from schemas.decoders.web_form import read_form
from schemas.decoders.xml_document import compile_xml
from schemas.errors import Misconfigured, ReadingRejected
from schemas.language.decode_profile import CsvForm, TextForm, XmlForm
from schemas.language.plain_numbers import plain_number

_DECIMAL_COMMA: Final = re.compile(r"-?\d+,\d+")


class Form(NamedTuple):
    """How a sample is written (fields of a profile), and what is in it."""

    fields: Mapping[str, Any]
    document: Any


def form_of(sample: bytes) -> Form:
    """Return how the sample is written: the first form that reads it.

    Raises:
        Misconfigured: it is of no form that can be told apart.
    """
    text = sample.decode(errors="replace").lstrip("\ufeff \r\n\t")
    first, _, rest = text.partition("\n")
    delimiter = max(";,\t", key=first.count)
    try:
        if text[:1] in {"{", "["}:
            return Form({"decode": "json"}, read_json(sample))
        if text[:1] == "<":
            return Form({"decode": "xml"}, compile_xml(XmlForm())(sample))
        if rest.strip() and delimiter in first:
            return _table(sample, delimiter)
        if "=" in text:
            return _pairs(sample, text)
    except ReadingRejected as rejected:
        raise Misconfigured(f"the sample: {rejected.detail}") from rejected
    if plain_number(text.strip()) is not None:
        bare = {"decode": "text", "text": {"pattern": "{value}"}}
        return Form(bare, {"value": text.strip()})
    raise Misconfigured(
        "the sample is no JSON, XML, CSV with a header, or pairs; a binary frame may be given in "
        "hexadecimal, with --hex"
    )


def _table(sample: bytes, delimiter: str) -> Form:
    document = compile_csv(CsvForm(delimiter=delimiter))(sample)
    cells = [cell for row in document["rows"] if type(row) is dict for cell in row.values()]
    comma = delimiter != "," and any(_DECIMAL_COMMA.fullmatch(cell or "") for cell in cells)
    fields: dict[str, Any] = {"decode": "csv", "csv": {"delimiter": delimiter}}
    return Form(fields | ({"decimal": ","} if comma else {}), document)


def _pairs(sample: bytes, text: str) -> Form:
    if "&" in text and ";" not in text:
        return Form({"decode": "form"}, read_form(sample))
    separator = ";" if ";" in text else ","
    pairs = compile_text(TextForm(separator=separator))(sample)
    return Form({"decode": "text", "text": {"separator": separator}}, pairs)
