"""A program that records with a spool, saying each id once ``record`` has returned, until it is killed."""

from __future__ import annotations

import os
import sys
from random import Random

import penchant
from tests.kills.world import event


def main(place: str, spool: str, seed: int) -> None:
    rng = Random(seed)
    recorder = penchant.Recorder(place, spool=spool, interval=0.01, batch_size=100)
    while True:
        told = event("", rng)
        id = recorder.record(told["user"], told["kind"], told["item"])
        os.write(1, f"{id}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
