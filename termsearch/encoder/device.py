"""The device that torch computes on: which it is, what it is good at, and what it says if it fails.

No torch at import: see :mod:`termsearch.encoder`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from termsearch.errors import ConfigError, TermsearchError, first_line

if TYPE_CHECKING:
    import torch

__all__ = ["capabilities", "find_device", "is_full", "one_line"]

_log = logging.getLogger("termsearch.encoder")

#: What torch says of a device without memory, where it has no class for that: the CPU, MPS, cuBLAS.
_FULL = ("out of memory", "allocate memory", "not enough memory", "ALLOC_FAILED")
#: And of one that fails; before torch 2.8 that had no class at all.
_FAILED = ("CUDA error", "HIP error", "CUBLAS_STATUS", "CUDNN_STATUS", "MPS backend")


def find_device(wanted: str) -> "torch.device":
    """The device of that name; ``auto``: CUDA, then MPS, then the CPU, the first that computes.

    Raises:
        ConfigError: There is none, or it can't compute.
    """
    import torch

    if wanted != "auto":
        if flaw := _flaw(wanted):
            raise ConfigError(f"no device {wanted!r} here ({flaw}); try --device cpu.")
        return torch.device(wanted)
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    for kind in (kind for kind, found in there.items() if found):
        flaw = _flaw(kind)
        if not flaw:
            return torch.device(kind)
        _log.warning("%s is here and can't be used (%s): another device is taken", kind, flaw)
    return torch.device("cpu")


def _flaw(device: str) -> str:
    """Why ``device`` can't compute; nothing if it can.

    Tried: CUDA is available to a torch that has no kernels for the card, and "meta" makes tensors
    that can't be read.
    """
    import torch

    side = 8
    try:
        ones = torch.ones(side, side, device=device)
        product = (ones @ ones).cpu()
    except Exception as error:  # noqa: BLE001  # "hpu" is a ModuleNotFoundError; each kind has its own
        return first_line(error)
    return "" if bool((product == side).all()) else "it multiplies wrongly"


def capabilities(device: "torch.device") -> set[str]:
    """Of ``bf16`` and ``int8``, those in which ``device`` multiplies faster than in fp32."""
    import torch

    if device.type == "cuda":
        # torch.cuda.is_bf16_supported asks the current device, which may be another one.
        ampere = 8
        fast = torch.version.hip or torch.cuda.get_device_properties(device).major >= ampere
        return {"bf16"} if fast else set()
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):  # since torch 2.10
        return set()
    found = torch.cpu.get_capabilities()
    needs = {
        "bf16": ("avx512_bf16", "amx_bf16", "bf16"),
        "int8": ("avx512_vnni", "avx_vnni", "amx_int8", "dotprod", "i8mm"),
    }
    return {name for name, any_of in needs.items() if any(found.get(one) for one in any_of)}


def is_full(error: RuntimeError) -> bool:
    """Whether it says that a device has no memory left."""
    import torch

    return isinstance(error, torch.OutOfMemoryError) or any(sign in str(error) for sign in _FULL)


@contextmanager
def one_line(device: "torch.device") -> Iterator[None]:
    """Tells what ``device`` can't do as an error that a caller can act on.

    Raises:
        TermsearchError: It is full, or failed. Another RuntimeError is a bug and stays one.
    """
    try:
        yield
    except RuntimeError as error:
        full = is_full(error)
        if not full and not any(sign in str(error) for sign in _FAILED):
            raise
        raise TermsearchError(
            f"the device {device} {'is out of memory' if full else 'failed'} "
            f"({first_line(error)}). Take another --device, --device cpu"
            f"{', or free it and repeat the command' if full else ''}."
        ) from error
