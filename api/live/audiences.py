"""Who wants what: finds the listeners of an event without asking each of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from api.datastreams import Facts
from api.live.events import Batch, Event
from api.live.filters import Filter
from api.live.forms import Form
from api.live.listeners import Listener


class Audience:
    """The listeners who want the same in the same form."""

    def __init__(self, wanted: Filter, form: Form) -> None:
        self.wanted = wanted
        self.form = form
        self.listeners: set[Listener] = set()


class Audiences:
    """All listeners, by what they want.

    For each datastream that was heard of, those who take it are remembered, for as long as its
    facts are the same object.
    """

    def __init__(self) -> None:
        self._audiences: dict[tuple[Filter, Form], Audience] = {}
        self._takers: dict[int, tuple[Facts, set[Audience]]] = {}

    def __bool__(self) -> bool:
        return bool(self._audiences)

    def __iter__(self) -> Iterator[Listener]:
        for audience in self._audiences.values():
            yield from audience.listeners

    def same(self, wanted: Filter, form: Form) -> Filter:
        """Return the filter that those who want the same have, if there are any, or else this."""
        audience = self._audiences.get((wanted, form))
        return wanted if audience is None else audience.wanted

    def join(self, listener: Listener, wanted: Filter, form: Form) -> None:
        """Let a listener hear what is chosen from now on."""
        audience = self._audiences.get((wanted, form))
        if audience is None:
            audience = self._audiences[wanted, form] = Audience(wanted, form)
            for facts, takers in self._concerned(wanted):
                if wanted.takes(facts):
                    takers.add(audience)
        audience.listeners.add(listener)

    def leave(self, listener: Listener, wanted: Filter, form: Form) -> None:
        """Forget a listener."""
        audience = self._audiences.get((wanted, form))
        if audience is None:
            return
        audience.listeners.discard(listener)
        if not audience.listeners:
            del self._audiences[wanted, form]
            for _, takers in self._concerned(wanted):
                takers.discard(audience)
        if not self._audiences:
            self._takers.clear()

    def chosen(self, batches: Sequence[Batch]) -> list[tuple[bytes, tuple[Listener, ...]]]:
        """Return what is to be written, and to whom, so that all have heard these batches."""
        found: dict[Audience, list[Event]] = defaultdict(list)
        for batch in batches:
            for event in batch.events:
                for audience in self._takers_of(event.facts):
                    if audience.wanted.takes_quality(event.quality):
                        found[audience].append(event)
        last = batches[-1].last_sequence if batches else 0
        return [
            (audience.form.pack(events, last), tuple(audience.listeners))
            for audience, events in found.items()
        ]

    def _takers_of(self, facts: Facts) -> set[Audience]:
        known = self._takers.get(facts.datastream_id)
        if known is not None and known[0] is facts:
            return known[1]
        takers = {one for one in self._audiences.values() if one.wanted.takes(facts)}
        self._takers[facts.datastream_id] = (facts, takers)
        return takers

    def _concerned(self, wanted: Filter) -> Iterable[tuple[Facts, set[Audience]]]:
        """Return those who take the datastreams that a filter can be about."""
        if not wanted.datastreams:
            return self._takers.values()
        return [self._takers[one] for one in wanted.datastreams if one in self._takers]


def wanted_events(batch: Batch, wanted: Filter) -> list[Event]:
    """Return what one client wants of a batch."""
    return [
        one
        for one in batch.events
        if wanted.takes_quality(one.quality) and wanted.takes(one.facts)
    ]
