"""Row 12: no call makes a model service, or the agent, larger than its container may be."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.reliability.record import record
from tests.services.conftest import AGENT, SVM, TRANSFORMER, Server, serve

# A minute or two each.
pytestmark = [pytest.mark.reliability, pytest.mark.slow]

# Compose gives a model 512 MB and the agent 1 GB.
MOST_MEGABYTES = {SVM: 400, TRANSFORMER: 450, AGENT: 700}
AT_ONCE = 6
FIRST_BYTES = 62_000_000
CHARACTERS = 19_000
SENTENCES = {
    "english": "I am locked out of my account, please reset my password. ",
    "french": "L'imprimante du deuxième étage ne répond plus à mes demandes. ",
    "arabic": "أحتاج إلى شراء شاشة جديدة لمكتبي، كيف أقدم طلب الشراء؟ ",
    "unfolding": "ﷺ ",
    "one_emoji": "I am locked out of my account, please reset my password. 🙂 ",
}


def _long(sentence: str) -> str:
    return (sentence * (CHARACTERS // len(sentence) + 1))[:CHARACTERS]


def _bodies(size: int, place: str) -> Iterator[tuple[str, bytes]]:
    """Bodies of about `size` bytes for the call whose list is `place`."""
    for name, sentence in SENTENCES.items():
        yield f"long_{name}", _list(place, _item(place, sentence), size)
    escaped = _item(place, SENTENCES["arabic"], is_ascii=True)
    yield "long_escaped", _list(place, escaped, size)
    if place == "texts":
        short = json.dumps(SENTENCES["arabic"] * (size // 1_100_000), ensure_ascii=False).encode()
        yield "ten_thousand", _list(place, short, size)
    for name, item in (("objects", b'{"":0}'), ("lists", b"[0]"), ("strings", b'"ab"')):
        yield f"many_{name}", _list(place, item, size)
    yield "nested", _list(place, b"[" * 900 + b"]" * 900, size)
    yield "keys", b"{" + b",".join(b'"k%d":0' % n for n in range(size // 12)) + b"}"


def _item(place: str, sentence: str, is_ascii: bool = False) -> bytes:
    as_item: Mapping[str, str] = {"texts": "%s", "tickets": '{"text": %s}'}
    return (as_item[place] % json.dumps(_long(sentence), ensure_ascii=is_ascii)).encode()


def _list(place: str, item: bytes, size: int) -> bytes:
    items = b",".join([item] * ((size - 100) // (len(item) + 1)))
    return b'{"%b": [%b]}' % (place.encode(), items)


@pytest.mark.parametrize("target", [SVM, TRANSFORMER, AGENT])
def test_no_call_makes_a_process_too_large(new_home, target: str) -> None:
    name = target.rpartition(":")[2]
    path, place = ("/predict_batch", "tickets") if target == AGENT else ("/predict_bulk", "texts")
    tried = lost = 0
    figures: dict[str, float | int | str] = {}
    with serve(new_home(), target) as server, httpx.Client(timeout=90) as client:
        size = _largest(client, server.url + path, place)
        figures["body_megabytes"] = round(size / 1e6, 1)
        figures["idle_megabytes"] = round(_peak(server), 1)
        for kind, body in _bodies(size, place):
            _forget_peak(server)
            status = _post(client, server.url + path, body)
            peak = _peak(server)
            figures[f"{kind}_megabytes"] = round(peak, 1)
            tried += 1
            lost += peak >= MOST_MEGABYTES[target] or status >= 500
        _forget_peak(server)
        body = _list(place, _item(place, SENTENCES["one_emoji"]), size)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            calls = [pool.submit(_post, client, server.url + path, body) for _ in range(AT_ONCE)]
            lost += sum(call.result() >= 500 for call in calls)
        figures["at_once_megabytes"] = round(_peak(server), 1)
        tried += AT_ONCE
        lost += _peak(server) >= MOST_MEGABYTES[target]
    record(
        row=12,
        name=f"the largest calls of {name}",
        promise=f"its process stays under {MOST_MEGABYTES[target]} MB",
        tried=tried,
        lost=lost,
        **figures,
    )
    assert lost == 0, figures


def _largest(client: httpx.Client, url: str, place: str) -> int:
    """The size of the largest body that is read, or a little less."""
    size = FIRST_BYTES
    while _post(client, url, b'{"%b": "%b"}' % (place.encode(), b"a" * size)) == 413:
        size = size * 9 // 10
    return size


def _post(client: httpx.Client, url: str, body: bytes) -> int:
    try:
        headers = {"Content-Type": "application/json"}
        return client.post(url, content=body, headers=headers).status_code
    except httpx.WriteError:
        return 413  # It was answered, and closed over what was left of the body.


def _workers(server: Server) -> list[psutil.Process]:
    """The processes of the service itself."""
    name = {"-m", "_bentoml_impl.worker.service"}
    found = psutil.Process(server.process.pid).children(recursive=True)
    return [process for process in found if name <= set(process.cmdline())]


def _peak(server: Server) -> float:
    """The most memory, in megabytes, that one of the server's processes has had."""
    lines = [
        line
        for process in _workers(server)
        for line in Path(f"/proc/{process.pid}/status").read_text("utf-8").splitlines()
        if line.startswith("VmHWM")
    ]
    return max(int(line.split()[1]) / 1_000 for line in lines)


def _forget_peak(server: Server) -> None:
    for process in _workers(server):
        Path(f"/proc/{process.pid}/clear_refs").write_text("5", "utf-8")
