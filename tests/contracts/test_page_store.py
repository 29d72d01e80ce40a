"""What every page store promises, asked of the fake and of the real one."""

import asyncio
import os
import time
from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from api.ldes.page_store import DirectoryPageStore, PageStore, PageStoreUnavailable
from tests.api.ldes.memory_page_store import MemoryPageStore

NAME = "zonnedorp/traffic/observations/000000/000000001.abc.nq.zst"
FOLDER = NAME.rpartition("/")[0]


class PageStoreContract(ABC):
    """The promises; a class for each store says how to open one again on the same pages."""

    @abstractmethod
    def open_store(self) -> PageStore:
        """Return a store; all of a test hold the same pages."""

    async def test_page_is_found_by_whoever_opens_the_store(self) -> None:
        kept = await self.open_store().keep(NAME, b"page")

        assert kept == b"page"
        assert await self.open_store().find(NAME) == b"page"

    async def test_first_content_of_a_name_stays(self) -> None:
        store = self.open_store()
        await store.keep(NAME, b"first")

        assert await store.keep(NAME, b"second") == b"first"
        assert await store.find(NAME) == b"first"

    async def test_all_who_keep_at_once_are_told_the_same(self) -> None:
        stores = [self.open_store() for _ in range(8)]
        found = await asyncio.gather(
            *(store.keep(NAME, b"%d" % place) for place, store in enumerate(stores))
        )

        assert len(set(found)) == 1
        assert await self.open_store().find(NAME) == found[0]

    async def test_what_is_not_there_is_not_found(self) -> None:
        assert await self.open_store().find(NAME) is None
        assert await self.open_store().names(FOLDER) == []

    async def test_folder_lists_its_pages_and_no_drafts(self) -> None:
        store = self.open_store()
        for number in (2, 1):
            await store.keep(f"{FOLDER}/{number}", b"page")
        await store.keep("elsewhere/3", b"page")

        assert await store.names(FOLDER) == [f"{FOLDER}/1", f"{FOLDER}/2"]

    async def test_removed_page_is_gone_and_may_be_removed_again(self) -> None:
        store = self.open_store()
        await store.keep(NAME, b"page")
        await store.remove(NAME)
        await store.remove(NAME)

        assert await self.open_store().find(NAME) is None


class TestMemoryPageStore(PageStoreContract):
    """The fake."""

    @pytest.fixture(autouse=True)
    def _pages(self) -> None:
        self.kept: dict[str, bytes] = {}

    def open_store(self) -> PageStore:
        return MemoryPageStore(self.kept)


class TestDirectoryPageStore(PageStoreContract):
    """Folders on the disk."""

    @pytest.fixture(autouse=True)
    def _pages(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "pages"

    def open_store(self) -> PageStore:
        return DirectoryPageStore(self.folder)

    async def test_trouble_with_the_disk_says_so(self) -> None:
        self.folder.write_bytes(b"a file in the way")

        with pytest.raises(PageStoreUnavailable, match="page store"):
            await self.open_store().keep(NAME, b"page")

    async def test_drafts_of_the_dead_are_removed_and_those_of_the_living_are_not(self) -> None:
        drafts = self.folder / ".drafts"
        drafts.mkdir(parents=True)
        for name, age in (("old", 7200), ("new", 0)):
            (drafts / name).write_bytes(b"half a pa")
            os.utime(drafts / name, (time.time() - age,) * 2)
        self.open_store()

        assert [one.name for one in drafts.iterdir()] == ["new"]
