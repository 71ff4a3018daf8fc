"""Metrics: what the server did, in the text format of Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from penchant.serve.engine import Penchant

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(slots=True)
class Durations:
    """A histogram of seconds; ``counts`` has one place a bound and one for what is beyond."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


@dataclass(slots=True)
class Metrics:
    """Counts of one process since its start; changed on its event loop alone, told on any thread."""

    requests: dict[tuple[str, str, int], int] = field(default_factory=dict)
    durations: dict[str, Durations] = field(default_factory=dict)
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        key = (method if method in METHODS else "OTHER"), route, status
        self.requests[key] = self.requests.get(key, 0) + 1
        durations = self.durations.get(route)
        if durations is None:
            durations = self.durations[route] = Durations()
        durations.add(seconds)

    def text(self, engine: Penchant) -> str:
        """Everything, as Prometheus reads it."""
        return "\n".join([*self._requests(), *self._durations(), *self._events(engine)]) + "\n"

    def _requests(self) -> Iterator[str]:
        yield from _head("penchant_http_requests_total", "counter", "Requests answered.")
        for (method, route, status), count in sorted(self.requests.copy().items()):
            labels = f'method="{method}",route="{route}",status="{status}"'
            yield f"penchant_http_requests_total{{{labels}}} {count}"

    def _durations(self) -> Iterator[str]:
        name = "penchant_http_request_seconds"
        yield from _head(name, "histogram", "Seconds from the request to its answer.")
        for route, durations in sorted(self.durations.copy().items()):
            total = 0
            for bound, count in zip((*BOUNDS, "+Inf"), durations.counts, strict=True):
                total += count
                yield f'{name}_bucket{{route="{route}",le="{bound}"}} {total}'
            yield f'{name}_sum{{route="{route}"}} {durations.seconds:.6f}'
            yield f'{name}_count{{route="{route}"}} {total}'

    def _events(self, engine: Penchant) -> Iterator[str]:
        yield from _head("penchant_events_total", "counter", "Events received, by what became.")
        for outcome in ("accepted", "duplicates", "rejected"):
            yield f'penchant_events_total{{outcome="{outcome}"}} {getattr(self, outcome)}'
        parts = engine.parts
        for name, type, help, value in (
            ("penchant_commits_total", "counter", "Commits made.", parts.writer.commits),
            ("penchant_queue_events", "gauge", "Events in the queue.", parts.writer.waiting()),
            (
                "penchant_queue_capacity",
                "gauge",
                "Events the queue holds at most.",
                parts.settings.queue_capacity,
            ),
            (
                "penchant_events_unknown_item",
                "gauge",
                "Events of the log whose item the catalogue did not know when they arrived.",
                parts.population.unknown(),
            ),
            (
                "penchant_population_lag",
                "gauge",
                "Log positions not yet folded for everyone.",
                parts.population.behind(),
            ),
        ):
            yield from _head(name, type, help)
            yield f"{name} {value}"


def _head(name: str, type: str, help: str) -> Iterator[str]:
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {type}"
