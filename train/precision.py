"""Where a training computes, and in which precision."""

import torch


def best_device() -> torch.device:
    """The GPU where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_name() -> str:
    """The GPU's model name, or `cpu`."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def attention() -> str:
    """Which of transformers' implementations of attention to train with.

    On a processor that multiplies bfloat16 the gradient of PyTorch's fused one is slow:
    `bench/training_step.py`.
    """
    device = best_device()
    return "eager" if device.type == "cpu" and multiplies_bfloat16(device) else "sdpa"


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether `device` multiplies bfloat16; processors that don't imitate it, slowly."""
    return device.type == "cuda" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))
