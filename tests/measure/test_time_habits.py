from __future__ import annotations

from random import Random

from penchant.core.instant import DAY, HOUR, MINUTE, Instant
from penchant.measure.patterns import HABIT, TESTED, Pattern, judge
from penchant.measure.time_habits import Done, findings


def habits(done: list[Done]) -> list[Pattern]:
    return judge(findings(done), 3, TESTED, "ann")


def did(action: str, at: Instant) -> Done:
    """Something done two hours east of UTC."""
    return action, at - 2 * HOUR, at


def day(rng: Random, number: int) -> list[Done]:
    """Whatever a person does, at any hour."""
    return [did(rng.choice("abcdef"), number * DAY + rng.randrange(24) * HOUR) for _ in range(8)]


def test_what_is_done_at_the_same_hour_of_many_days_is_a_habit() -> None:
    rng = Random(1)
    done = [one for number in range(30) for one in day(rng, number)]
    done += [did("standup", number * DAY + 9 * HOUR + 5 * MINUTE) for number in range(20)]

    (found,) = habits(done)

    assert (found.pattern_type, found.actions, found.frequency) == (HABIT, ("standup", "9"), 20)
    assert (found.first_seen, found.last_seen) == (
        7 * HOUR + 5 * MINUTE,
        19 * DAY + 7 * HOUR + 5 * MINUTE,
    )
    assert found.description.startswith("'standup' is done between 9 and 10 h on 20 of 20 days")


def test_often_on_one_day_is_no_habit() -> None:
    rng = Random(2)
    done = [one for number in range(30) for one in day(rng, number)]
    done += [did("deploy", 9 * HOUR + place) for place in range(50)]

    assert habits(done) == []


def test_who_is_only_there_at_one_hour_has_no_habit_of_any_action() -> None:
    rng = Random(3)
    done = [did(rng.choice("abcdef"), number * DAY + 9 * HOUR) for number in range(200)]

    assert habits(done) == []


def test_nothing_done_is_no_habit() -> None:
    assert findings([]) == []
