"""The example of the package's page."""

import re
from pathlib import Path

from schemas.library import Library
from schemas.self_check import check
from schemas.vocabulary import Vocabulary

README = Path(__file__).parent.parent.parent / "schemas" / "README.md"


def test_profile_of_the_page_is_in_order(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "peilwijs" / "p7.yaml"
    file.parent.mkdir()
    file.write_text(example)

    library = Library.load(vocabulary=Vocabulary.load(), extra_directories=[tmp_path])

    assert check(library.profile("peilwijs/p7")) == []
