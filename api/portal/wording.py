"""Numbers, times and lengths of time, as people write them in each language (CLDR)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import msgspec
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent

from api.portal.texts import DUTCH, Language, Texts
from schemas.vocabulary_entries import Text

LOCALES: Final[Mapping[Language, str]] = {
    "nl": "nl_BE",
    "en": "en_GB",
    "fr": "fr_BE",
    "de": "de_BE",
}
_NONE: Final = "–"  # noqa: RUF001, a dash
_LARGE: Final = 100
_BEYOND: Final = 1e15
_TINY: Final = 1e-6
_PERIODS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True)
class Wording:
    """How things are written in a language."""

    language: Language
    texts: Texts

    @property
    def locale(self) -> str:
        """The language as browsers name it, with the country whose habits it follows."""
        return LOCALES[self.language].replace("_", "-")

    def number(self, number: float) -> str:
        """Return a number with the digits that tell something."""
        if not math.isfinite(number):
            return str(self.texts.of(self.language)("value.no-number"))
        if abs(number) >= _BEYOND or 0 < abs(number) < _TINY:
            return f"{number:.3g}"
        rounded = round(number, _digits(number)) + 0.0  # + 0.0: no minus before 0
        return format_decimal(rounded, format="#,##0.########", locale=LOCALES[self.language])

    def value(self, number: float | None, document: msgspec.Raw | None) -> str:
        """Return a result."""
        if number is not None:
            return self.number(number)
        content = msgspec.json.decode(document or b"null")
        if isinstance(content, bool):
            return str(self.texts.of(self.language)(f"value.{'yes' if content else 'no'}"))
        return content if isinstance(content, str) else msgspec.json.encode(content).decode()

    def share(self, share: float | None) -> str:
        """Return a share in percent, a dash where there is none; never 100 % of less than all."""
        if share is None:
            return _NONE
        cut = math.floor(share * 1000) / 1000
        return format_percent(cut, format="#,##0.#\u202f%", locale=LOCALES[self.language])

    def age(self, time: datetime) -> str:
        """Return how long ago a time was."""
        seconds = (datetime.now(UTC) - time).total_seconds()
        if seconds < 0:
            return str(self.texts.of(self.language)("value.in-the-future"))
        if seconds < 1:
            return str(self.texts.of(self.language)("value.just-now"))
        return format_timedelta(
            timedelta(seconds=-seconds),
            add_direction=True,
            threshold=1.5,
            locale=LOCALES[self.language],
        )

    def seconds(self, seconds: float | None) -> str:
        """Return a length of time, a dash where there is none."""
        if seconds is None:
            return _NONE
        if seconds < 1:
            return f"{self.number(round(seconds * 1000))}\u202fms"
        for length, unit in _PERIODS:
            if seconds >= length:
                count = self.number(round(seconds / length, 1))
                return f"{count} {self.texts.of(self.language)(f'value.{unit}')}"
        return f"{self.number(seconds)} s"

    def moment(self, time: datetime, zone: tzinfo) -> str:
        """Return a time by the clocks of a place."""
        return format_datetime(time, "d MMM y HH:mm", tzinfo=zone, locale=LOCALES[self.language])

    def text(self, text: Text | Mapping[str, str]) -> str:
        """Return a text of the vocabulary or of a city, which may have Dutch alone."""
        if isinstance(text, Text):
            return str(getattr(text, self.language))
        return text.get(self.language) or text.get(DUTCH) or next(iter(text.values()), "")


def _digits(number: float) -> int:
    """Return how many decimals tell something: those of the first two digits at least."""
    size = abs(number)
    if size >= 1:
        return 0 if number == round(number) else 1 if size >= _LARGE else 2
    return 1 - math.floor(math.log10(size)) if size else 0
