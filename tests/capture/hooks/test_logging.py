"""The handler of logging: which log records become events, and that no log fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import penchant
from penchant.capture.hooks import LogHandler, acting_as
from penchant.core.errors import InvalidArgument
from tests.capture.hooks.told import Told
from tests.capture.sink import Sink

ANN = {"user": "ann"}


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """A logger whose handlers go with the test."""
    made = logging.getLogger("shop.of.the.tests")
    made.setLevel(logging.DEBUG)
    made.propagate = False
    yield made
    made.handlers.clear()


def test_a_log_record_is_an_event(told: Told, log: logging.Logger) -> None:
    log.addHandler(LogHandler(told.recorder))

    log.info("%s has %d cups", "ann", 2, extra={"user": "ann", "item": "cup"})

    assert told.events == [
        {
            "user": "ann",
            "kind": "log",
            "item": "cup",
            "text": "ann has 2 cups",
            "context": {"logger": "shop.of.the.tests", "level": "INFO"},
        }
    ]


def test_an_error_is_a_failure_by_the_type_of_its_exception(
    told: Told, log: logging.Logger
) -> None:
    log.addHandler(LogHandler(told.recorder))

    try:
        raise LookupError("secret")
    except LookupError:
        log.exception("no cups", extra=ANN)
    log.warning("few cups", extra=ANN, exc_info=False)
    log.error("no tea", extra=ANN)

    assert told.only("success", "error") == [
        (False, "LookupError"), (None, None), (False, None),
    ]  # fmt: skip
    assert "secret" not in str(told.events)


def test_the_user_is_found_by_the_function_in_the_extra_or_is_the_current_one(
    told: Told, log: logging.Logger
) -> None:
    log.addHandler(LogHandler(told.recorder, user=lambda record: getattr(record, "customer", None)))

    with acting_as("cyd"):
        log.info("1", extra={"customer": "bob", **ANN})
        log.info("2", extra=ANN)
        log.info("3")
    log.info("4")

    assert told.only("user", "text") == [("bob", "1"), ("ann", "2"), ("cyd", "3")]


def test_kind_text_and_level_are_as_they_are_asked_for(told: Told, log: logging.Logger) -> None:
    handler = LogHandler(
        told.recorder,
        kind=lambda record: record.levelname.lower(),
        text=lambda record: record.msg,
        level="WARNING",
    )
    log.addHandler(handler)

    log.info("not this", extra=ANN)
    log.warning("card %s", "4111", extra=ANN)

    assert told.only("kind", "text") == [("warning", "card %s")]


def test_long_and_odd_messages_arrive(told: Told) -> None:
    odd = logging.LogRecord("shop", logging.INFO, "", 1, "a\0b\ud800" + "c" * 10_000, None, None)
    odd.user = "ann"

    LogHandler(told.recorder).handle(odd)  # not through a logger: pytest cannot report such a text

    ((text,),) = told.only("text")
    assert (text[:4], len(text)) == ("a\ufffdb?", 8_192)


def test_filters_of_the_handler_hold(told: Told, log: logging.Logger) -> None:
    handler = LogHandler(told.recorder)
    handler.addFilter(lambda record: "secret" not in record.getMessage())
    log.addHandler(handler)

    log.info("secret", extra=ANN)
    log.info("open", extra=ANN)

    assert told.only("text") == [("open",)]


def test_what_the_recorder_itself_logs_is_not_recorded(sink: Sink) -> None:
    root = logging.getLogger()
    with penchant.Recorder(sink.url) as recorder:
        handler = LogHandler(recorder, user=lambda record: "ann")
        root.addHandler(handler)
        try:
            recorder.record("", "click")  # refused, which is logged
            logging.getLogger("penchants").warning("another one")
            recorder.flush(30.0)
        finally:
            root.removeHandler(handler)

    assert recorder.counts.rejected == 1
    assert [event["text"] for event in sink.events] == ["another one"]


def test_a_function_that_logs_does_not_go_round_in_circles(told: Told, log: logging.Logger) -> None:
    def user(record: Any) -> str:
        log.info("who is it?")
        return "ann"

    log.addHandler(LogHandler(told.recorder, user=user))

    log.info("hello")

    assert told.only("text") == [("hello",)]


@pytest.mark.parametrize("option", ["user", "kind", "text"])
def test_what_fails_is_told_to_handle_error_and_not_to_whoever_logs(
    told: Told, log: logging.Logger, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(record: Any) -> Any:
        raise KeyError(option)

    options: Any = {option: failing}
    log.addHandler(LogHandler(told.recorder, **options))

    log.info("hello", extra=ANN)

    assert told.events == []
    assert f"KeyError: '{option}'" in capsys.readouterr().err


def test_a_thread_that_waits_for_room_holds_up_no_other_that_logs(
    told: Told, log: logging.Logger
) -> None:
    entered, go = threading.Event(), threading.Event()

    def user(record: logging.LogRecord) -> str:
        if record.msg == "slow":
            entered.set()
            assert go.wait(30.0)
        return "ann"

    log.addHandler(LogHandler(told.recorder, user=user))
    slow = threading.Thread(target=log.info, args=("slow",))
    slow.start()
    assert entered.wait(30.0)
    log.info("quick")
    go.set()
    slow.join()

    assert told.only("text") == [("quick",), ("slow",)]


@pytest.mark.parametrize("options", [{"user": "ann"}, {"text": "x"}, {"kind": 3}, {"kind": ""}])
def test_options_that_cannot_be_used_are_refused(told: Told, options: Any) -> None:
    with pytest.raises(InvalidArgument):
        LogHandler(told.recorder, **options)
