"""The base of all that is written in YAML here, and how it is read."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import Misconfigured


class Part(BaseModel):
    """Base of the parts of a file: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_Model = TypeVar("_Model", bound=Part)


def read_part(model: type[_Model], file: Path) -> _Model:
    """Read a file.

    Raises:
        OSError: it cannot be opened.
        Misconfigured: it is wrong; names the file and the field.
    """
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError) as malformed:
        raise Misconfigured(
            f"{file} is not YAML: {' '.join(str(malformed).split())}"
        ) from malformed
    except ValidationError as invalid:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or 'the whole'}: {error['msg']}"
            for error in invalid.errors()
        )
        raise Misconfigured(f"{file}: {problems}") from invalid
