"""Which precision a training on a processor computes in."""

import torch


def processor_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16; others imitate it, slowly."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))
