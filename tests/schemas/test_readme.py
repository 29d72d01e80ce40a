"""The examples of the package's page."""

import re
from pathlib import Path

from schemas.announcement import announced_themes
from schemas.cities.registry import load_registry
from schemas.library import Library
from schemas.self_check import check
from schemas.vocabulary import Vocabulary

README = Path(__file__).parent.parent.parent / "schemas" / "README.md"


def _example(beginning: str) -> str:
    text = README.read_text(encoding="utf-8")
    (example,) = re.findall(rf"```yaml\n({beginning}.*?)```", text, re.DOTALL)
    return str(example)


def test_profile_of_the_page_is_in_order(tmp_path: Path) -> None:
    example = _example("id: peilwijs/p7")
    file = tmp_path / "peilwijs" / "p7.yaml"
    file.parent.mkdir()
    file.write_text(example)

    library = Library.load(vocabulary=Vocabulary.load(), extra_directories=[tmp_path])

    assert check(library.profile("peilwijs/p7")) == []


def test_city_of_the_page_is_in_order(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(_example("slug: veldegem"))

    assert list(load_registry([tmp_path]).cities) == ["veldegem"]


def test_things_of_the_page_are_announced_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(_example("slug: veldegem"))
    (tmp_path / "things.yaml").write_text(_example("announce: yes"))
    [context] = load_registry([tmp_path]).cities.values()

    announced = [announced_themes(context, one) for one in context.pack.things]
    assert announced == [("traffic",), None, None]  # its energy is no dataset; its own word
