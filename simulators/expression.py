"""Expressions: how a device type names a value, and what the message holds of it.

`{temperature}` is the whole number, `{temperature:1}` has one decimal, `{kilowatt*1000:1}` and
`{co2+32768}` reckon, `{since entries_total}` is what was counted since the message before.
`{is_on:ON|OFF}` chooses a word. `{name}` and the other words of a device stand for themselves,
`{period}` for the seconds since the message before, `{unix}`, `{iso}`, `{local:%H:%M}` and
`{utc:%Y}` for what its clock shows, `{begin_iso}` and so on for when the period began.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias

from simulators.sample import Sample

Value: TypeAlias = float | int | bool | str
Expression: TypeAlias = Callable[[Sample], Value | None]
"""What it is worth at a sample; `None` when a value is missing."""

WORDS: Final = ("name", "title", "serial")
CLOCK: Final = ("unix", "iso", "local", "utc")
_BEGIN: Final = "begin_"

_FORM: Final = re.compile(
    r"(?P<since>since )?(?P<name>[a-z][a-z0-9_]*)"
    r"(?P<factor>\*-?\d+(\.\d+)?)?(?P<offset>[+-]\d+(\.\d+)?)?(:(?P<form>.+))?"
)


class Reference:
    """An expression, taken apart.

    Attributes:
        name: of the quantity, the word, or the clock's form.
        worth: what it is worth at a sample.
    """

    def __init__(self, text: str) -> None:
        """Take it apart.

        Raises:
            ValueError: it is none.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"`{text}` is no expression such as kilowatt*1000:1")
        self.name = match["name"]
        self.worth: Expression = _compile(match)

    @property
    def is_quantity(self) -> bool:
        """Whether it is a value that the device measures."""
        return not (self.name in (*WORDS, "period") or self.tells_time)

    @property
    def tells_time(self) -> bool:
        """Whether it is what the device's clock shows."""
        return self.name.removeprefix(_BEGIN) in CLOCK


def _compile(match: re.Match[str]) -> Expression:
    name, form = match["name"], match["form"] or ""
    if name in WORDS:
        return lambda sample: sample.words.get(name)
    if name.removeprefix(_BEGIN) in CLOCK:
        return _clock(name.removeprefix(_BEGIN), form, begin=name.startswith(_BEGIN))
    factor = float((match["factor"] or "*1")[1:])
    offset = float(match["offset"] or 0)
    number = _number(name, since=bool(match["since"]))
    written = _written(form)

    def worth(sample: Sample) -> Value | None:
        value = number(sample)
        return None if value is None else written(value * factor + offset)

    return worth


def _clock(name: str, form: str, *, begin: bool) -> Expression:
    def worth(sample: Sample) -> Value:
        seconds = int(sample.clock(begin=begin))
        if name == "unix":
            return seconds
        shown = datetime.fromtimestamp(seconds, UTC if name == "utc" else sample.zone)
        return shown.isoformat() if name == "iso" else format(shown, form)

    return worth


def _number(name: str, *, since: bool) -> Callable[[Sample], float | None]:
    if name == "period":
        return lambda sample: sample.period_seconds
    if since:
        return lambda sample: sample.increase(name)
    return lambda sample: sample.value(name)


def _written(form: str) -> Callable[[float], Value]:
    if "|" in form:
        yes, no = form.split("|")
        return lambda value: yes if value else no
    if form == "bool":
        return bool
    digits = int(form or 0)
    return (lambda value: round(value, digits)) if digits else round
