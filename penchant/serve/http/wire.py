"""The wire: every body and every query of HTTP as a type. The same types encode and describe."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from penchant.core import instant
from penchant.core.event import Event
from penchant.core.forms import ItemForm, Name
from penchant.core.item import Item, Location
from penchant.core.receipt import Rejection
from penchant.core.slate import Choice, Slate
from penchant.measure.patterns import Pattern
from penchant.personalise.next_action import Prediction
from penchant.profile.feature import Reading
from penchant.profile.profile import Profile

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Count = Annotated[int, Meta(ge=1, le=500, description="How many choices at most.")]
Seen = Annotated[
    Literal["hide", "keep", "fade"],
    Meta(description="What happens to items already touched; default is the setting `seen`."),
]
WhereText = Annotated[
    str, Meta(description='A filter of items as JSON, such as `{"category": "run"}`.')
]
At = Annotated[str, Meta(description="The instant to look back to, RFC 3339; default is now.")]
Where = Annotated[dict[str, Any], Meta(description='A filter, such as `{"price": {"max": 5}}`.')]


class Query(Struct, frozen=True, forbid_unknown_fields=True):
    """Query parameters; a name that is not among them is refused."""


class NoQuery(Query, frozen=True):
    """No parameters."""


class SlateQuery(Query, frozen=True):
    """What a slate may be asked for."""

    count: Count = 10
    where: WhereText | None = None


class PersonSlateQuery(SlateQuery, frozen=True):
    """What the slate of a person or a session may be asked for."""

    seen: Seen | None = None


class NextQuery(SlateQuery, frozen=True, kw_only=True):
    """What follows which items."""

    after: Annotated[
        tuple[Name, ...],
        Meta(min_length=1, max_length=500, description="Item ids, oldest first; repeat it."),
    ]


class ActionsQuery(Query, frozen=True):
    """How many actions."""

    count: Annotated[int, Meta(ge=1, le=500, description="How many actions at most.")] = 5


class ExplainQuery(Query, frozen=True):
    """How a score is explained."""

    seen: Seen | None = None


class ProfileQuery(Query, frozen=True):
    """As of when a profile is read."""

    at: At | None = None


class InterfaceQuery(Query, frozen=True):
    """For which device, and whether behaviour decides."""

    device: (
        Annotated[
            str, Meta(min_length=1, max_length=255, description="In use; default: the most used.")
        ]
        | None
    ) = None
    way: Annotated[
        Literal["calibrated", "documented"],
        Meta(description="`documented`: behaviour decides what nobody said."),
    ] = "calibrated"


class HistoryQuery(Query, frozen=True):
    """Which events of a person are read."""

    limit: Annotated[int, Meta(ge=1, le=10_000, description="How many at most.")] = 100
    kind: (
        Annotated[str, Meta(min_length=1, max_length=64, description="Only this kind.")] | None
    ) = None
    at: At | None = None


class StatsQuery(Query, frozen=True):
    """Which time statistics are of."""

    window: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=3_153_600_000,
                description="The latest so many seconds, from the hour in which they begin; "
                "default is all time.",
            ),
        ]
        | None
    ) = None


class PatternRule(Query, frozen=True):
    """Which patterns stand."""

    min_frequency: Annotated[int, Meta(ge=2, description="How often it came true, at least.")] = 3
    rule: Annotated[
        Literal["tested", "documented"],
        Meta(description="`documented`: the number of times alone decides."),
    ] = "tested"


class PatternsQuery(PatternRule, frozen=True):
    """Whose patterns."""

    role: Annotated[str, Meta(description="Only what those in this role do.")] | None = None


class PersonPatternsQuery(PatternRule, frozen=True):
    """As of when."""

    at: At | None = None


class ExplanationQuery(ProfileQuery, frozen=True):
    """How many events are told, and as of when."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10


class AlertsQuery(Query, frozen=True):
    """Which alerts, and how many at most."""

    limit: Annotated[int, Meta(ge=1, le=500, description="How many alerts at most.")] = 100
    level: Literal["CRITICAL", "WARNING", "INFO"] | None = None


class RecommendBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to recommend. With `shown` the exposures of the whole slate are logged at once."""

    count: Count = 10
    where: Where | None = None
    seen: Seen | None = None
    shown: bool = False


class RankBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A list to put in order, each item once; `scores` are your own, not negative."""

    items: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=500)]
    scores: tuple[Annotated[float, Meta(ge=0)], ...] | None = None


class ItemFields(ItemForm, kw_only=True):
    """An item under the id in its path; a different `id` in the body is a conflict."""

    id: Name | None = None  # type: ignore[assignment]  # the path has it


class BatchCall(Struct, frozen=True, forbid_unknown_fields=True):
    """One call of a batch: `path` with its query, below `/v1`."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: Annotated[str, Meta(min_length=1, max_length=8_192)]
    body: Raw = msgspec.field(default_factory=Raw)


class BatchAnswer(Struct, frozen=True):
    """The answer to one call of a batch; `body` is null where there is none."""

    status: Annotated[int, Meta(ge=100, le=599)]
    body: Raw


class ReceiptBody(Struct, frozen=True):
    """What became of the events sent: each is in exactly one of the three."""

    accepted: int
    duplicates: int
    rejected: list[Rejection]


class EventBody(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An event as the log has it, without what is unknown."""

    id: str
    user: str
    kind: str
    at: Moment
    item: str | None = None
    session: str | None = None
    value: float | None = None
    text: str | None = None
    success: bool | None = None
    error: str | None = None
    duration_ms: float | None = None
    request: str | None = None
    position: int | None = None
    context: dict[str, Any] | None = None
    data: dict[str, Any] | None = None


class EventsBody(Struct, frozen=True):
    """The latest events of a person, newest first by arrival."""

    user: str
    events: list[EventBody]


class ProfileBody(Struct, frozen=True):
    """Everything known of a person; `version` is the ETag."""

    user: str
    as_of: Moment
    version: str
    readings: dict[str, Reading]


class ToldBody(Struct, frozen=True):
    """The event that tells the traits or the choices."""

    event: str


class PinBody(Struct, frozen=True):
    """What a person chose, and when."""

    value: str
    since: Moment


class PreferencesBody(Struct, frozen=True):
    """The choices of a person that stand."""

    user: str
    preferences: dict[str, PinBody]


class WeakBody(Struct, frozen=True):
    """What behaviour hints at, and decides only where it is asked to."""

    value: str
    reason: str
    evidence: int
    confidence: float


class SettingBody(Struct, frozen=True):
    """A setting in force; `interval` where its confidence is estimated, `since` where it was chosen."""

    name: str
    value: str
    source: Literal["pin", "rule", "learned", "inferred", "default"]
    reason: str
    evidence: int
    confidence: float
    interval: list[float] | None
    since: Moment | None
    weak: WeakBody | None


class InterfaceBody(Struct, frozen=True):
    """The settings of the interface in force; `aspects` is what was known of the person."""

    user: str
    aspects: dict[str, str]
    settings: dict[str, SettingBody]
    config: dict[str, str]


class SlateBody(Struct, frozen=True):
    """The ordered list as decided. `request` names it: exposures and clicks refer to it."""

    request: str
    items: tuple[Choice, ...]
    policy: str
    variant: str | None
    as_of: Moment


class ActionsBody(Struct, frozen=True):
    """What a person is about to do, most probable first."""

    user: str
    actions: tuple[Prediction, ...]


class PatternBody(Struct, frozen=True):
    """Something done again and again; `confidence` is the share, at least, of recent occasions."""

    pattern_id: str
    pattern_type: str
    frequency: int
    first_seen: Moment
    last_seen: Moment
    confidence: float
    description: str
    actions: list[str]
    examples: list[str]


class PatternsBody(Struct, frozen=True):
    """Patterns, most frequent first."""

    patterns: list[PatternBody]


class AlertBody(Struct, frozen=True):
    """One thing to look at; `user` is null where it is of no person."""

    level: Literal["CRITICAL", "WARNING", "INFO"]
    what: str
    user: str | None
    at: Moment
    text: str
    evidence: dict[str, Any]


class AlertsBody(Struct, frozen=True):
    """Alerts, the most urgent first."""

    alerts: list[AlertBody]


class JudgementBody(Struct, frozen=True):
    """How one signal of one day compares with the days before."""

    what: Literal["volume", "failures", "hours"]
    day: str
    value: float
    usual: float
    interval: list[float]
    score: float
    p: float
    unusual: bool
    days: int


class AnomalyBody(Struct, frozen=True):
    """The latest two active days of a person, latest first."""

    user: str
    signals: list[JudgementBody]


class BecauseBody(Struct, frozen=True):
    """One event behind a reading: what it weighs now, and the parts that it changed, from what to what."""

    event: EventBody
    weight: float
    changed: dict[str, tuple[Any, Any]]


class ExplanationBody(Struct, frozen=True):
    """Where a reading comes from: ``changing`` of the latest ``looked_at`` events changed it."""

    user: str
    name: str
    as_of: Moment
    reading: Reading
    because: list[BecauseBody]
    changing: int
    looked_at: int
    earlier: int
    needs: str


class ItemBody(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An item of the catalogue, without what is unknown."""

    id: str
    category: str | None = None
    tags: tuple[str, ...] = ()
    title: str | None = None
    location: Location | None = None
    starts_at: Moment | None = None
    price: float | None = None
    available: bool = True
    attributes: dict[str, Any] = {}
    added: Moment | None = None


class StoredBody(Struct, frozen=True):
    """How many items were put into the catalogue."""

    stored: int


class Rates(Struct, frozen=True):
    """Places shown, places clicked, and their ratio; null before anything was shown."""

    exposures: int
    clicks: int
    clicks_per_exposure: float | None


class DurationsBody(Struct, frozen=True):
    """Milliseconds that events took, of those that say so."""

    mean: float | None
    spread: float
    count: int


class ActiveBody(Struct, frozen=True):
    """About how many people did something, within 4.6 % nineteen times in twenty; whole hours."""

    window: int
    last_hour: int
    last_day: int


class PerSecondBody(Struct, frozen=True):
    """Events a second over whole hours; null for all time."""

    window: float | None
    last_hour: float
    last_day: float


class StatsBody(Struct, frozen=True, kw_only=True):
    """What happened between `from` (null: ever) and `to`.

    `resolution` says what is whole where the window begins, `hour` or `day`; it is `all` without one.
    `events_unknown_item` of the events named an item the catalogue did not know when they arrived;
    that, exposures and clicks are told without a window only. `waiting` events await their commit in
    this process.
    """

    from_: Moment | None = msgspec.field(name="from")
    to: Moment
    resolution: Literal["hour", "day", "all"]
    events: int
    kinds: dict[str, int]
    days: dict[str, int]
    hours: dict[str, int]
    succeeded: int
    failed: int
    success_rate: float | None
    duration_ms: DurationsBody
    commands: dict[str, int]
    errors: dict[str, int]
    error_fingerprints: dict[str, str]
    peak_hours: list[Annotated[int, Meta(ge=0, le=23)]]
    active_users: ActiveBody
    events_per_second: PerSecondBody
    exposures: int | UnsetType = UNSET
    clicks: int | UnsetType = UNSET
    clicks_per_exposure: float | UnsetType | None = UNSET
    policies: dict[str, Rates] | UnsetType = UNSET
    positions: dict[str, Rates] | UnsetType = UNSET
    events_unknown_item: int | UnsetType = UNSET
    waiting: int


class StatusBody(Struct, frozen=True):
    """`ok` while the process is up, `ready` while the store answers."""

    status: Literal["ok", "ready"]


class Problem(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What went wrong (RFC 9457). `field` is the culprit: `$.price` in a body, `count` in a query.

    `accepted`, `duplicates` and `rejected` are there when every event of a request was refused.
    """

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str
    field: str | None = None
    request_id: str | None = None
    accepted: int | UnsetType = UNSET
    duplicates: int | UnsetType = UNSET
    rejected: list[Rejection] | UnsetType = UNSET


def slate_body(slate: Slate) -> SlateBody:
    """The slate as it goes out; the same as its ``to_dict()``."""
    return SlateBody(
        slate.request, slate.items, slate.policy, slate.variant, instant.text(slate.as_of)
    )


def profile_body(profile: Profile) -> ProfileBody:
    """The profile as it goes out; the same as its ``to_dict()``."""
    as_of = instant.text(profile.as_of)
    return ProfileBody(profile.user, as_of, profile.version, dict(profile.readings))


def pattern_body(pattern: Pattern) -> PatternBody:
    """The pattern as it goes out."""
    return PatternBody(**pattern.to_dict())


def event_body(event: Event) -> EventBody:
    """The event as it goes out."""
    return EventBody(**event.to_dict())


def item_body(item: Item) -> ItemBody:
    """The item as it goes out."""
    return msgspec.convert(item.to_dict(), ItemBody)
