from __future__ import annotations

import pytest

from penchant.core import kinds
from penchant.core.errors import InvalidSettings
from penchant.core.kinds import Kind, Kinds
from penchant.serve.configuration import read_kinds

PRESETS = ("capsule", "cli", "events", "shop", "bi", "general")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_loads_and_names_each_kind_once(preset: str) -> None:
    loaded = read_kinds(":memory:", preset)

    assert loaded.declared
    assert all(name == kind.name for name, kind in loaded.declared.items())


def test_general_holds_every_kind_of_every_preset() -> None:
    general = read_kinds(":memory:", "general").declared

    assert all(
        read_kinds(":memory:", preset).declared.keys() <= general.keys() for preset in PRESETS
    )


def test_the_capsule_preset_has_15_or_more_interface_kinds() -> None:  # S0-02
    shipped = read_kinds(":memory:", "capsule").declared.values()

    interface = [kind.name for kind in shipped if kind.group == "interface"]

    assert len(interface) >= 15
    assert {"tap", "click", "expand", "collapse", "pin", "drag"} <= {kind.name for kind in shipped}


@pytest.mark.parametrize(
    ("kind", "weight"),
    [("rsvp", 1.0), ("save", 0.8), ("share", 0.7), ("click", 0.3), ("view", 0.1)],  # S2-34
)
def test_weights_of_the_events_preset(kind: str, weight: float) -> None:
    assert read_kinds(":memory:", "events").of(kind).signal(None, None) == weight


@pytest.mark.parametrize(
    ("kind", "points"),  # S3-03, divided by ten: X-03
    [("purchase", 10), ("group_join", 9), ("checkout", 7), ("add_to_cart", 6), ("product_view", 2)],
)
def test_weights_of_the_shop_preset_are_points_divided_by_ten(kind: str, points: float) -> None:
    assert read_kinds(":memory:", "shop").of(kind).signal(None, None) == points / 10


@pytest.mark.parametrize(
    ("value", "success", "signal"),
    [
        (None, None, 0.9),
        (None, True, 0.9),
        (None, False, -0.5),
        (5.0, None, 0.9),
        (4.0, None, 0.45),
        (3.0, None, 0.0),
        (2.0, None, -0.25),
        (1.0, None, -0.5),
        (99.0, None, 0.9),
        (-99.0, False, -0.5),
    ],
)
def test_feedback_counts_by_its_stars_or_by_being_positive(  # S2-34, X-23
    value: float | None, success: bool | None, signal: float
) -> None:
    feedback = read_kinds(":memory:", "events").of("feedback")

    assert feedback.signal(value, success) == pytest.approx(signal)


def test_an_undeclared_kind_counts_a_tenth() -> None:
    assert read_kinds(":memory:", "shop").of("wave").signal(None, None) == 0.1


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("RSVP", "rsvp"),
        ("addToCart", "add_to_cart"),
        ("Add To Cart", "add_to_cart"),
        ("add-to-cart", "add_to_cart"),
        ("Refund", "return"),
        ("wave", "wave"),
        (" ", " "),
    ],
)
def test_aliases_and_spellings_lead_to_the_declared_name(written: str, canonical: str) -> None:
    assert read_kinds(":memory:", "general").canonical(written) == canonical


def test_own_kinds_override_and_extend_the_preset() -> None:
    own = kinds.parse('[mine]\nclick = { weight = 0.9 }\nwave = { aliases = ["hi"] }', "kinds.toml")
    loaded = kinds.load({"shop": {"click": Kind(name="click", weight=0.3)}}, "shop", own)

    assert loaded.of("click").weight == 0.9
    assert loaded.canonical("hi") == "wave"


def test_another_weight_gives_another_fingerprint() -> None:
    light, heavy = (Kinds({"a": Kind(name="a", weight=weight)}) for weight in (0.1, 0.2))

    assert light.fingerprint() != heavy.fingerprint()
    assert light.fingerprint() == Kinds({"a": Kind(name="a", weight=0.1)}).fingerprint()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[a", "kinds.toml: not valid TOML"),
        ("a = 1", r"kinds.toml: \[a\]: expected a table of kinds"),
        ("[a]\nb = 1", r"kinds.toml: \[a\]: expected a table of kinds"),
        ("[a]\nb = { wieght = 1 }", "unknown key 'wieght'; closest is 'weight'"),
        ("[a]\nb = { weight = 2 }", "weight 2 is no number from -1 to 1"),
        ("[a]\nb = { weight = true }", "weight True is no number"),
        ("[a]\nb = { weight = 'x' }", "weight 'x' is no number"),
        ("[a]\nb = { refused = -3 }", "refused -3 is no number"),
        ("[a]\nb = { group = 'x' }", "group 'x' is unknown; expected one of interface"),
        ("[a]\nb = { priority = 'x' }", "priority 'x' is unknown; expected one of high"),
        ("[a]\nb = { scale = [5, 1] }", r"scale \[5, 1\] is not \[worst, best\]"),
        ("[a]\nb = { scale = 5 }", "scale 5 is not"),
        ("[a]\nb = { scale = [1, inf] }", r"scale \[1, inf\] is not"),
        ("[a]\nb = { scale = [nan, 5] }", r"scale \[nan, 5\] is not"),
        ("[a]\nb = { scale = [1, 1" + "0" * 400 + "] }", "is not"),
        ("[a]\nb = { scale = [false, true] }", r"scale \[False, True\] is not"),
        ("[a]\n'' = {}", "'' is no name of a kind: expected text of 1 to 64 characters"),
        ('[a]\n"b\\u0000" = {}', "is no name of a kind: contains the character NUL"),
        ("[a]\n" + "k" * 65 + " = {}", "is no name of a kind: expected text of 1 to 64"),
        ("[a]\nb = { negative = '' }", "'' is no name of a kind"),
        ("[a]\nb = { aliases = 'buy' }", "aliases 'buy' is no list of names"),
        ("[a]\nb = { aliases = [1] }", r"aliases \[1\] is no list of names"),
        ("[a]\nb = { negative = 1 }", ": 1 is no name of a kind: expected text"),
    ],
)
def test_a_faulty_kinds_file_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(InvalidSettings, match=reason):
        kinds.parse(text, "kinds.toml")


@pytest.mark.parametrize("preset", ["shopp", "common", ""])
def test_an_unknown_preset_is_refused_with_those_there_are(preset: str) -> None:
    with pytest.raises(InvalidSettings, match=f"'{preset}' is no preset; expected one of general"):
        read_kinds(":memory:", preset)
