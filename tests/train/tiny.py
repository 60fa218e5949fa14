"""A transformer and a name tagger small enough to train within a test, and tickets for it."""

from pathlib import Path

import numpy as np
import pandas as pd
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import DistilBertConfig, DistilBertModel, PreTrainedTokenizerFast

from train.parameters import NamesParameters, TransformerParameters

WORDS = (
    "password login access reset disk full storage quota printer broken screen laptop "
    "and again my please x"
).split()
_TEXTS = {
    "Access": ("password reset", "login access"),
    "Storage": ("disk full", "storage quota"),
    "Hardware": ("printer broken", "laptop screen"),
}
PARAMETERS = TransformerParameters.model_validate(
    {
        "seed": 42,
        "archive": {"epochs": 6, "batch_size": 8, "dropout": 0.1},
        "natural": {"epochs": 6, "batch_size": 8, "dropout": 0.1},
        "patience": 3,
        "learning_rate": 3e-3,
        "head_learning_rate": 1e-2,
        "warmup_share": 0.1,
        "weight_decay": 0.01,
        "label_smoothing": 0.08,
        "svm_share": 0.25,
        "natural_weight": 2.0,
        "noise": 0.02,
        "max_length": 32,
    }
)
NAMES_PARAMETERS = NamesParameters(
    seed=1,
    copies=1,
    inserted=1,
    cleaned=0,
    forgotten=0.3,
    c1=0.0,
    c2=0.1,
    max_iterations=30,
    held_out=0.2,
    most_masked=0.01,
)


def tokenizer() -> PreTrainedTokenizerFast:
    """Whole words, in the frame <s> … </s> of the real one."""
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *WORDS]
    words = Tokenizer(
        models.WordLevel({piece: place for place, piece in enumerate(pieces)}, "<unk>")
    )
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=64,
    )


def config() -> DistilBertConfig:
    """Two layers, 16 wide."""
    return DistilBertConfig(
        vocab_size=4 + len(WORDS),
        max_position_embeddings=64,
        n_layers=2,
        n_heads=2,
        dim=16,
        hidden_dim=32,
        pad_token_id=1,
        attention_dropout=0.0,
    )


def write_encoder(folder: Path) -> Path:
    """A checkpoint as `train.encoder` leaves one, with random weights."""
    DistilBertModel(config()).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def tickets(side: str, count: int) -> pd.DataFrame:
    """Tickets that their words tell apart, half of them real."""
    random = np.random.default_rng(len(side))
    rows = []
    for place in range(count):
        label = list(_TEXTS)[place % 3]
        words = [*random.choice(_TEXTS[label], 2), *random.choice(["my", "please", "again"], 3)]
        rows.append(
            (f"{side}-{place}", "kaggle" if place % 2 else "written", label, *[" ".join(words)] * 2)
        )
    frame = pd.DataFrame(rows, columns=["id", "source", "label", "normalised", "text"])
    return frame.assign(random=side, language="en")
