"""Every block of the language's page is a profile, or the special part of one, and holds."""

import re
from pathlib import Path

import pytest

from schemas import errors
from schemas.library import Library
from schemas.self_check import check
from schemas.vocabulary import Vocabulary

README = Path(errors.__file__).parent / "profiles" / "README.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
REST = 'id: docs/a\ntitle: A\nversion: 1\nsource: "documentation"\npersonal: no\n'


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_block_of_the_page_holds(block: str, tmp_path: Path) -> None:
    if not block.startswith("id: "):
        block = REST + ("" if "decode: " in block else "decode: json\n") + block
    name = block.splitlines()[0].removeprefix("id: ")
    file = tmp_path / f"{name}.yaml"
    file.parent.mkdir()
    file.write_text(block, encoding="utf-8")

    library = Library.load(vocabulary=Vocabulary.load(), extra_directories=[tmp_path])

    assert check(library.profile(name)) == []


def test_both_worked_examples_are_there() -> None:
    assert [block.splitlines()[0] for block in BLOCKS[:2]] == [
        "id: winds/post",
        "id: peilen/gauge",
    ]
