"""Times on the command line: `2026-03-01T10:00+01:00`, or so long ago: `36h`, `7d`."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Final

_AGO: Final = re.compile(r"(\d{1,6})([mhdw])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def instant(text: str) -> datetime:
    """Return the time that a person wrote; without an offset it is UTC.

    Raises:
        argparse.ArgumentTypeError: it is none; with the forms that are.
    """
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        written = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: write 2026-03-01, 2026-03-01T10:00+01:00, or 36h for 36 hours "
            "ago (m, h, d, w)"
        ) from None
    return written if written.tzinfo else written.replace(tzinfo=UTC)
