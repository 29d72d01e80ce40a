"""A page store in memory."""


class MemoryPageStore:
    """Keeps what comes first, as `PageStore` promises."""

    def __init__(self, kept: dict[str, bytes] | None = None) -> None:
        self.kept = {} if kept is None else kept

    async def keep(self, name: str, content: bytes) -> bytes:
        return self.kept.setdefault(name, content)

    async def find(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def names(self, folder: str) -> list[str]:
        return sorted(one for one in self.kept if one.rpartition("/")[0] == folder)

    async def remove(self, name: str) -> None:
        self.kept.pop(name, None)
