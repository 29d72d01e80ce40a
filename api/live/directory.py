"""What is known of datastreams, in memory, so that no event asks the database."""

from collections.abc import Iterable

from api.datastreams import Facts, facts_of
from api.store import Connection


class Directory:
    """The facts of all datastreams, as old as their last refresh.

    While the facts of a datastream stay the same, so does the object: what others derive from it
    holds for as long.
    """

    def __init__(self) -> None:
        self._facts: dict[int, Facts] = {}

    def get(self, datastream_id: int) -> Facts | None:
        """Return the facts of a datastream that is known."""
        return self._facts.get(datastream_id)

    async def refresh(self, connection: Connection) -> bool:
        """Read everything again; tell whether access, places or names have changed."""
        found = await facts_of(connection, readable=None)
        facts = {one.datastream_id: self._same(one) for one in found}
        changed = any(facts.get(number) is not one for number, one in self._facts.items())
        self._facts = facts
        return changed

    async def learn(self, connection: Connection, datastreams: Iterable[int]) -> None:
        """Read what is not known yet."""
        unknown = sorted(set(datastreams) - self._facts.keys())
        if unknown:
            found = await facts_of(connection, readable=None, datastreams=unknown)
            self._facts.update((one.datastream_id, one) for one in found)

    def _same(self, facts: Facts) -> Facts:
        known = self._facts.get(facts.datastream_id)
        return known if known == facts else facts
