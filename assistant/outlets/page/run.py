"""One turn of the engine in a thread of its own, so that a stop is felt at once.

Comes in: a function that starts the engine's events. Goes out: the events in small batches. A generator that waits for
a slow endpoint cannot be closed from outside ("generator already executing"); here the thread that runs it closes it.
"""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator

from assistant.types import Event

BATCH_INTERVAL_S = 0.06
"""A screen update per token is wasted work; 16 a second look fluent."""

_POLL_S = 0.05
"""The longest time between a stop and its effect on the page."""


class Run:
    """A turn that is under way.

    The thread puts events into a queue. Whoever iterates over `batches` takes them out, until the engine has finished
    or `stop` was called. After a stop the thread closes the engine's generator as soon as that gives a sign of life.
    """

    def __init__(self, start: Callable[[], Iterator[Event]]) -> None:
        self._start = start
        self._events: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        threading.Thread(target=self._work, name="turn", daemon=True).start()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End the turn; `batches` ends within `_POLL_S`."""
        self._stopped.set()

    def batches(self) -> Iterator[list[Event]]:
        """Events in order, several at a time when they come faster than a screen can show.

        Raises:
            Exception: Whatever the engine raised, after the events before it.
        """
        while not self.stopped:
            try:
                first = self._events.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            batch, end = self._gather(first)
            if batch:
                yield batch
            if isinstance(end, BaseException):
                raise end
            if end is None:
                return

    def _gather(self, first: Event | BaseException | None) -> tuple[list[Event], BaseException | bool | None]:
        """What arrives within one interval, and how it ended: an error, None for the end, True for more to come."""
        batch: list[Event] = []
        item = first
        deadline = time.monotonic() + BATCH_INTERVAL_S
        while True:
            if item is None or isinstance(item, BaseException):
                return batch, item
            batch.append(item)
            try:
                item = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return batch, True

    def _work(self) -> None:
        events: Iterator[Event] | None = None
        try:
            events = self._start()
            for event in events:
                if self.stopped:
                    break
                self._events.put(event)
        except BaseException as error:  # handed over to the thread that shows it
            self._events.put(error)
        finally:
            if isinstance(events, Generator):
                events.close()
            self._events.put(None)
