"""What processes write into their logs beside the sentence: facts, each under its name."""

from collections.abc import Mapping
from typing import Final, TypeAlias

Facts: TypeAlias = Mapping[str, object]

KEY: Final = "facts"
"""Name of the attribute of a log record that holds its facts."""


def facts(**named: object) -> Mapping[str, Facts]:
    """Return facts as `extra=` of a call to a logger: `log.info("mqtt.lost", extra=facts(…))`.

    How they are written is decided where the process is put together: behind the sentence for
    people, as members of an object for programs.
    """
    return {KEY: named}
