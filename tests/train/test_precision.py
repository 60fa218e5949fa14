"""A training computes where it is fastest; what it computes stays the same."""

import pytest
import torch

from tests.train.tiny import config
from train.classifier import TicketClassifier
from train.precision import attention, best_device, device_name, multiplies_bfloat16

_GPU = torch.device("cuda")


@pytest.mark.parametrize(("can", "fastest"), [(True, "eager"), (False, "sdpa")])
def test_a_processor_computes_attention_step_by_step_where_that_is_faster(
    can: bool, fastest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": can})
    assert (best_device().type, device_name(), attention()) == ("cpu", "cpu", fastest)


def test_a_gpu_computes_it_at_once_and_in_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    assert (best_device(), device_name(), attention()) == (_GPU, "a GPU", "sdpa")
    assert multiplies_bfloat16(_GPU)


@pytest.mark.parametrize("can", [True, False])
def test_a_processor_multiplies_bfloat16_where_it_says_so(
    can: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": can})
    assert multiplies_bfloat16(torch.device("cpu")) is can


def test_both_ways_of_attention_give_the_same_logits() -> None:
    settings = config()
    settings.num_labels = 8
    model = TicketClassifier(settings).eval()
    pieces = torch.tensor([[0, 4, 5, 6, 2], [0, 7, 2, 1, 1]])
    batch = {"input_ids": pieces, "attention_mask": (pieces != 1).long()}
    found = []
    for implementation in ("sdpa", "eager"):
        model.set_attn_implementation(implementation)
        with torch.no_grad():
            found.append(model(**batch).logits)
    torch.testing.assert_close(found[0], found[1])
