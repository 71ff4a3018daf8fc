"""Metrics: what the server did, in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from penchant.core.instant import DAY, HOUR
from penchant.serve.engine import Penchant
from penchant.serve.meters import Durations, Meter
from penchant.serve.parts import Parts

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
SPANS = (("hour", HOUR), ("day", DAY))
FAILURE = 500  # the least status that says that the server failed


@dataclass(slots=True)
class Metrics:
    """Counts of one process since its start; changed on its event loop alone, told on any thread.

    A gauge that nothing was measured for is left out.
    """

    requests: dict[tuple[str, str, int], int] = field(default_factory=dict)
    durations: dict[str, Durations] = field(default_factory=dict)
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    answers: Meter = field(default_factory=Meter)
    failures: Meter = field(default_factory=Meter)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        key = (method if method in METHODS else "OTHER"), route, status
        self.requests[key] = self.requests.get(key, 0) + 1
        durations = self.durations.get(route)
        if durations is None:
            durations = self.durations[route] = Durations()
        durations.add(seconds)
        self.answers.add()
        if status >= FAILURE:
            self.failures.add()

    def text(self, engine: Penchant) -> str:
        """Everything, as Prometheus reads it."""
        parts = engine.parts
        lines = [*self._requests(), *self._durations(), *self._events(parts)]
        return "\n".join([*lines, *_states(parts), *_store(parts), *_people(parts)]) + "\n"

    def _requests(self) -> Iterator[str]:
        yield from _head("penchant_http_requests_total", "counter", "Requests answered.")
        for (method, route, status), count in sorted(self.requests.copy().items()):
            labels = f'method="{method}",route="{route}",status="{status}"'
            yield f"penchant_http_requests_total{{{labels}}} {count}"

    def _durations(self) -> Iterator[str]:
        name = "penchant_http_request_seconds"
        yield from _head(name, "histogram", "Seconds from the request to its answer.")
        for route, durations in sorted(self.durations.copy().items()):
            yield from _histogram(name, durations, f'route="{route}"')
        answers = self.answers.lately()
        if answers:
            yield from _line(
                "penchant_http_error_ratio",
                "gauge",
                "Share of the last minute's requests that the server failed to answer (5xx).",
                self.failures.lately() / answers,
            )

    def _events(self, parts: Parts) -> Iterator[str]:
        yield from _head("penchant_events_total", "counter", "Events received, by what became.")
        for outcome in ("accepted", "duplicates", "rejected"):
            yield f'penchant_events_total{{outcome="{outcome}"}} {getattr(self, outcome)}'
        stored, queued = parts.writer.stored, parts.writer.waiting()
        for name, type, help, value in (
            ("events_stored_total", "counter", "Events that were new, stored.", stored.total),
            (
                "events_stored_per_second",
                "gauge",
                "Events stored a second, in the last minute.",
                stored.per_second(),
            ),
            ("commits_total", "counter", "Commits made.", parts.writer.commits),
            ("queue_events", "gauge", "Events in the queue.", queued),
            (
                "queue_capacity",
                "gauge",
                "Events the queue holds at most.",
                parts.settings.queue_capacity,
            ),
            (
                "events_unknown_item",
                "gauge",
                "Events of the log whose item the catalogue did not know when they arrived.",
                parts.population.unknown(),
            ),
            (
                "population_lag",
                "gauge",
                "Log positions not yet folded for everyone.",
                parts.population.behind(),
            ),
        ):
            yield from _line(f"penchant_{name}", type, help, value)


def _states(parts: Parts) -> Iterator[str]:
    """How people's states were had, and how long it took."""
    reads, seconds = parts.states.reads, parts.states.seconds
    name = "penchant_profile_reads_total"
    yield from _head(name, "counter", "Reads of a person's states, by where they were.")
    for had, count in reads.items():
        yield f'{name}{{states="{had}"}} {count}'
    name = "penchant_profile_seconds"
    yield from _head(name, "histogram", "Seconds to fold and read what is known of a person.")
    yield from _histogram(name, seconds)
    total = sum(reads.values())
    if total:
        help = "Share of those reads whose states were in memory."
        hits = (total - reads["loaded"]) / total
        yield from _line("penchant_profile_cache_hit_ratio", "gauge", help, hits)
    for of, value in (
        ("mean", seconds.mean()),
        ("p95", seconds.quantile(0.95)),
        ("p99", seconds.quantile(0.99)),
    ):
        if value is not None:
            help = "The same since the start, in one number."
            yield from _line(f"penchant_profile_{of}_seconds", "gauge", help, value)


def _store(parts: Parts) -> Iterator[str]:
    """How often the store was asked for rows, and written to."""
    for what, meter in (("reads", parts.store.reads), ("writes", parts.store.writes)):
        name, help = f"penchant_store_{what}", f"{what.capitalize()} of the store"
        yield from _line(f"{name}_total", "counter", f"{help}.", meter.total)
        rate = f"{help} a second, in the last minute."
        yield from _line(f"{name}_per_second", "gauge", rate, meter.per_second())


def _people(parts: Parts) -> Iterator[str]:
    """Who is there, of all that the log tells: whole hours, as ``stats`` has them."""
    now = parts.now()
    told = [(name, parts.population.lately(span, now)) for name, span in SPANS]
    name = "penchant_active_users"
    yield from _head(name, "gauge", "About how many people did something lately, in whole hours.")
    for span, lately in told:
        yield f'{name}{{last="{span}"}} {lately.active_users}'
    name = "penchant_events_per_second"
    yield from _head(name, "gauge", "Events that happened a second, lately, in whole hours.")
    for span, lately in told:
        yield f'{name}{{last="{span}"}} {lately.events_per_second:.6f}'


def _histogram(name: str, durations: Durations, label: str = "") -> Iterator[str]:
    total = 0
    for bound, count in zip((*durations.bounds, "+Inf"), durations.counts, strict=True):
        total += count
        labels = ",".join(filter(None, (label, f'le="{bound}"')))
        yield f"{name}_bucket{{{labels}}} {total}"
    labels = f"{{{label}}}" if label else ""
    yield f"{name}_sum{labels} {durations.seconds:.6f}"
    yield f"{name}_count{labels} {total}"


def _line(name: str, type: str, help: str, value: float) -> Iterator[str]:
    yield from _head(name, type, help)
    yield f"{name} {value if isinstance(value, int) else f'{value:.9f}'}"


def _head(name: str, type: str, help: str) -> Iterator[str]:
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {type}"
