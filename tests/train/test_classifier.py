"""The classifier reads pieces, not padding, and survives being written."""

from pathlib import Path

import torch

from tests.train.tiny import config
from train.classifier import TicketClassifier


def model() -> TicketClassifier:
    torch.manual_seed(1)
    settings = config()
    settings.num_labels = 8
    return TicketClassifier(settings).eval()


def test_padding_changes_nothing() -> None:
    classifier = model()
    ids = torch.tensor([[0, 5, 6, 2]])
    padded = torch.tensor([[0, 5, 6, 2, 1, 1], [0, 7, 7, 7, 7, 2]])
    mask = (padded != 1).long()
    alone = classifier(ids, torch.ones_like(ids)).logits
    torch.testing.assert_close(classifier(padded, mask).logits[:1], alone)


def test_the_loss_is_the_cross_entropy_to_the_probabilities_given() -> None:
    ids, targets = torch.tensor([[0, 5, 2]]), torch.full((1, 8), 1 / 8)
    output = model()(ids, torch.ones_like(ids), targets)
    expected = -(targets * output.logits.log_softmax(dim=1)).sum()
    torch.testing.assert_close(output.loss, expected)


def test_what_is_written_reads_as_the_same_model(tmp_path: Path) -> None:
    ids = torch.tensor([[0, 5, 2]])
    classifier = model()
    classifier.save_pretrained(tmp_path)
    again = TicketClassifier.from_pretrained(tmp_path).eval()
    mask = torch.ones_like(ids)
    torch.testing.assert_close(again(ids, mask).logits, classifier(ids, mask).logits)
