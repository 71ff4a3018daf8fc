"""The server: finds the operation of a request, carries it out, answers whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from http import HTTPStatus

from starlette.routing import compile_path

from penchant.core.errors import PenchantError
from penchant.serve.engine import Penchant
from penchant.serve.http import problems
from penchant.serve.http.answer import Answer
from penchant.serve.http.asking import Asking
from penchant.serve.http.body import Disconnected, decode, read_body
from penchant.serve.http.call import Call, Operation, Request
from penchant.serve.http.handback import HandBack
from penchant.serve.http.keys import Keyring, parse
from penchant.serve.http.metrics import Metrics
from penchant.serve.http.openapi import document
from penchant.serve.http.query import read_query, segment

log = logging.getLogger("penchant.http")

THREADS = 4  # reads that may take a while at the same time; each has its connection to the store


class Table:
    """Operations by path and method; a path without names is found at once."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = tuple(operations)
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        self._fixed = {path: methods for path, methods in by_path.items() if "{" not in path}
        self._named = [
            (compile_path(path)[0], methods) for path, methods in by_path.items() if "{" in path
        ]

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """The operation and the names in a percent-encoded path. Raises ``Refusal``: 404, 405."""
        methods = self._fixed.get(path)
        names: dict[str, str] = {}
        if methods is None:
            methods, names = self._match(path)
        operation = methods.get("GET" if method == "HEAD" else method)
        if operation is None:
            allowed = ", ".join([*methods, "HEAD"] if "GET" in methods else methods)
            raise problems.Refusal(
                HTTPStatus.METHOD_NOT_ALLOWED,
                f"{method[:20]} is not possible here; allowed are {allowed}",
                headers=(("allow", allowed),),
            )
        return operation, {name: segment(name, value) for name, value in names.items()}

    def _match(self, path: str) -> tuple[dict[str, Operation], dict[str, str]]:
        for pattern, methods in self._named:
            if found := pattern.match(path):
                return methods, found.groupdict()
        raise problems.Refusal(
            HTTPStatus.NOT_FOUND, "no such path; /docs lists them, a slash in a name is %2F"
        )


class Server:
    """Answers requests with one engine. Safe to use from one event loop at a time."""

    def __init__(self, engine: Penchant, operations: Sequence[Operation]) -> None:
        self.engine = engine
        self.table = Table(operations)
        self.keyring = Keyring(parse(engine.parts.settings.keys))
        self.metrics = Metrics()
        self.writes = HandBack(engine.parts.writer)
        store = engine.parts.store
        self._asking = Asking(store.version) if store.is_far else None
        self._threads = ThreadPoolExecutor(THREADS, "penchant-http")

    @cached_property
    def document(self) -> bytes:
        """The OpenAPI document."""
        return document(self.table.operations)

    async def answer(self, request: Request) -> Answer:
        """The answer to a request; a problem document where there is no other."""
        in_body = False
        try:
            operation, names = self.table.find(request.method, request.path)
            request.route = operation.path
            self.keyring.check(request.headers, request.host, operation.scope)
            call = Call(self, request, names)
            call.query = read_query(request.query, operation.query)
            in_body = operation.body is not None
            if operation.body is not None and not operation.raw:
                body = await read_body(request.headers, request.receive)
                call.body = decode(request.headers, body, operation.body)
            return await self._carry_out(operation, call)
        except PenchantError as error:
            return problems.problem(error, request.id, in_body=in_body)
        except Disconnected:
            raise
        except Exception:
            log.exception("request %s failed", request.id)
            return problems.failure(request.id)

    def close(self) -> None:
        """Wait for the reads under way."""
        self._threads.shutdown()
        if self._asking is not None:
            self._asking.close()

    async def _carry_out(self, operation: Operation, call: Call) -> Answer:
        if operation.write is not None:
            return await operation.write(call)
        assert operation.read is not None
        if self._asking is not None and operation.is_quick_if_current:
            if self.engine.parts.writer.is_settled():  # else a read has to wait for that as well
                version = await self._asking.version()
                with self.engine.parts.versions.told(version):
                    if operation.quick(call):
                        return operation.read(call)
        elif operation.quick(call):
            return operation.read(call)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, operation.read, call)
