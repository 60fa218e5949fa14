"""Who is let in, and what those are told who are not; whose work goes on."""

import asyncio
import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from bentos.services.admission import Admission
from bentos.services.caller_left import CallerLeft
from bentos.services.request_record import RequestRecord, current
from bentos.services.work_limit import WorkLimit

SCOPE: Scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}


def receiver(body: bytes, *more: Message) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}, *more])

    async def receive() -> Message:
        for message in messages:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    return receive


class Sent:
    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        status: int = self.messages[0]["status"]
        return status

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await Response(body)(scope, receive, send)


def test_a_request_within_the_limit_reaches_the_app_with_its_body() -> None:
    sent, record = Sent(), RequestRecord("", "")

    async def ask() -> None:
        current.set(record)
        await Admission(echo, {"/predict": WorkLimit(1.0, 2_000, 1_000, 1_000)})(
            SCOPE, receiver(b"ticket"), sent
        )

    asyncio.run(ask())
    assert sent.status == 200
    assert sent.messages[1]["body"] == b"ticket"
    assert record.whole_at is not None


def test_a_request_past_the_limit_is_refused_and_told_when_to_come_again() -> None:
    limit = WorkLimit(1.0, 2_000, 1_000, 1_000)
    limit.began(10_000)
    sent = Sent()
    asyncio.run(Admission(echo, {"/predict": limit})(SCOPE, receiver(b"ticket"), sent))
    assert sent.status == 429
    assert json.loads(sent.messages[1]["body"])["error"]["code"] == "too_many_requests"
    # 10,000 bytes are in flight at 1,000 a second.
    assert 9 <= int(sent.headers["retry-after"]) <= 11
    assert [key for key in sent.headers if key == "retry-after"] == ["retry-after"]


@pytest.mark.parametrize("change", [{"path": "/readyz"}, {"method": "GET"}])
def test_other_requests_pass(change: dict[str, str]) -> None:
    limit = WorkLimit(1.0, 2_000, 1_000, 1_000)
    limit.began(10_000)
    sent = Sent()
    asyncio.run(Admission(echo, {"/predict": limit})({**SCOPE, **change}, receiver(b""), sent))
    assert sent.status == 200


@pytest.mark.parametrize("fails", [False, True])
def test_a_request_that_ends_makes_room_however_it_ends(fails: bool) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if fails:
            raise ValueError
        await echo(scope, receive, send)

    limit = WorkLimit(1.0, 2_000, 1_000, 1_000)
    ask = Admission(app, {"/predict": limit})(SCOPE, receiver(b"x" * 5_000), Sent())
    if fails:
        with pytest.raises(ValueError):
            asyncio.run(_plain(ask))
    else:
        asyncio.run(_plain(ask))
    assert limit.seconds_until(0) == 0


async def _plain(asked: Any) -> None:
    await asked


def test_the_work_of_a_caller_who_leaves_is_cancelled() -> None:
    ended: list[str] = []

    async def works(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    sent = Sent()
    left = receiver(b"ticket", {"type": "http.disconnect"})
    asyncio.run(_plain(CallerLeft(works)(SCOPE, left, sent)))
    assert ended == ["cancelled"]
    assert sent.status == 499


def test_a_caller_who_stays_is_answered() -> None:
    sent = Sent()
    asyncio.run(_plain(CallerLeft(echo)(SCOPE, receiver(b"ticket"), sent)))
    assert sent.messages[1]["body"] == b"ticket"


def test_a_cancellation_by_somebody_else_is_passed_on() -> None:
    async def works(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async def cancelled() -> None:
        task = asyncio.create_task(_plain(CallerLeft(works)(SCOPE, receiver(b""), Sent())))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
