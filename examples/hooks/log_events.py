"""Logging: what is logged on behalf of a user is an event. Run: python log_events.py"""

import logging

import penchant
from penchant.capture.hooks import LogHandler, acting_as

recorder = penchant.Recorder("taste")
logging.getLogger().addHandler(LogHandler(recorder, level=logging.WARNING))
log = logging.getLogger("shop.cart")

log.warning("the cart is full", extra={"user": "ann", "item": "cart"})
with acting_as("bob"):
    try:
        {}["tea"]
    except KeyError:
        log.exception("no tea")
log.warning("nobody is known here: no event")
recorder.close()
