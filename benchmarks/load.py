"""A load generator for HTTP: some connections, each sending its next request when answered.

    python benchmarks/load.py PORT [--connections 32] [--seconds 5] [--batch 1] [--ask events]

Prints requests and events per second, the latency and the load of the machine as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable
from typing import cast

HEAD = b"HTTP/1.1\r\nHost: 127.0.0.1\r\n"
ONE = b'{"user":"u%d","kind":"click","item":"i%d","session":"s%d","context":{"device":"ios"}}'
USERS, ITEMS = 1_000, 5_000
READS = {
    "profile": b"/v1/users/u%d",
    "recommend": b"/v1/users/u%d/recommendations",
    "health": b"/health?",
}


def requests(ask: str, batch: int) -> Callable[[int], bytes]:
    """What is sent, by the number of the request."""

    def read(number: int) -> bytes:
        path = READS[ask]
        return (
            b"GET " + (path % (number % USERS) if b"%d" in path else path) + b" " + HEAD + b"\r\n"
        )

    def write(number: int) -> bytes:
        first = number * batch
        events = [
            ONE % (place % USERS, place * 7_919 % ITEMS, place % USERS)
            for place in range(first, first + batch)
        ]
        body = events[0] if batch == 1 else b"[" + b",".join(events) + b"]"
        head = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        return b"POST /v1/events " + HEAD + head + body

    return write if ask == "events" else read


class Load:
    """What all connections share. With ``pause`` seconds between requests, each is due at its time."""

    def __init__(self, request: Callable[[int], bytes], pause: float = 0.0) -> None:
        self.request = request
        self.pause = pause
        self.began = time.perf_counter()
        self.number = 0
        self.latencies: list[float] = []
        self.stopped = False

    def due(self) -> float:
        """When the next request is due."""
        if not self.pause:
            return time.perf_counter()
        return self.began + self.number * self.pause

    def next(self) -> bytes:
        self.number += 1
        return self.request(self.number)


class Connection(asyncio.Protocol):
    """Sends, waits for the whole answer, sends again."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._answer = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if head[9:12] not in (b"200", b"202"):
            raise SystemExit(self._answer.decode())
        self._answer = b""
        self._load.latencies.append(time.perf_counter() - self._began)
        self._send()

    def _send(self) -> None:
        if self._load.stopped:
            self._transport.close()
            return
        self._began = self._load.due()
        request = self._load.next()
        wait = self._began - time.perf_counter()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._transport.write, request)
        else:
            self._transport.write(request)


async def run(
    port: int, connections: int, seconds: float, batch: int, ask: str, rate: float = 0.0
) -> dict[str, float]:
    load = Load(requests(ask, batch), batch / rate if rate else 0.0)
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", port)
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    load.stopped = True
    took = time.perf_counter() - began
    latencies = sorted(load.latencies)
    count = len(latencies)
    return {
        "requests_per_second": round(count / took),
        "events_per_second": round(count * batch / took) if ask == "events" else 0,
        "p50_ms": round(latencies[count // 2] * 1_000, 2),
        "p99_ms": round(latencies[count * 99 // 100] * 1_000, 2),
        "load_average": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.0, help="events per second; 0: at once")
    parser.add_argument("--ask", choices=["events", *READS], default="events")
    told = parser.parse_args()
    import uvloop

    result = uvloop.run(
        run(told.port, told.connections, told.seconds, told.batch, told.ask, told.rate)
    )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
