"""JSON Schemas of the files that people write, for their editors.

`python -m schemas.language.profile_schema` writes them to `schemas/generated/`; a test checks that
they are current. In a YAML file: `# yaml-language-server: $schema=…/profile.schema.json`.
"""

from typing import Any, Final

from pydantic import BaseModel

from schemas.contracts import FOLDER, text
from schemas.language.sensor_profile import SensorProfile
from schemas.vocabulary import VocabularyFile

_SCHEMA: Final = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[str, dict[str, Any]]:
    """Return every generated document by its file name."""
    return {
        "profile.schema.json": _schema(SensorProfile),
        "vocabulary.schema.json": _schema(VocabularyFile),
    }


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": _SCHEMA, **model.model_json_schema()}


def main() -> None:
    """Write every document."""
    for name, document in documents().items():
        (FOLDER / name).write_text(text(document), encoding="utf-8")


if __name__ == "__main__":
    main()
