"""Loads a model of transformers onto a device, and says what that device is good at."""

from typing import TYPE_CHECKING

from termsearch.encoder.weights import Weights
from termsearch.errors import ConfigError, ModelUnavailableError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

__all__ = ["capabilities", "find_device", "load_model", "network_of"]


def find_device(wanted: str) -> "torch.device":
    """The device of that name; ``auto``: CUDA, then MPS, then the CPU.

    Raises:
        ConfigError: There is none, or it can't compute.
    """
    import torch

    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        torch.empty(1, device=wanted).cpu()  # "meta" makes tensors and can't read them
        return torch.device(wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(f"no device {wanted!r} here ({reason}); try --device cpu.") from error


def capabilities(device: "torch.device") -> set[str]:
    """Of ``bf16`` and ``int8``, those in which ``device`` multiplies faster than in fp32."""
    import torch

    if device.type == "cuda":
        return {"bf16"} if torch.cuda.is_bf16_supported(including_emulation=False) else set()
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):  # since torch 2.10
        return set()
    found = torch.cpu.get_capabilities()
    needs = {
        "bf16": ("avx512_bf16", "amx_bf16", "bf16"),
        "int8": ("avx512_vnni", "avx_vnni", "amx_int8", "dotprod", "i8mm"),
    }
    return {name for name, any_of in needs.items() if any(found.get(one) for one in any_of)}


def network_of(model: "torch.nn.Module", weights: Weights) -> "torch.nn.Module":
    """Our own forward pass where it is BERT's, else the model's."""
    from termsearch.encoder.bert import Bert, Whole

    return Bert.of(model, weights.pooling) or Whole(model, weights.pooling)


def load_model(
    weights: Weights, device: "torch.device"
) -> "tuple[PreTrainedTokenizerBase, torch.nn.Module]":
    """Tokenizer and fp32 model, from the folder alone: nothing is fetched.

    Raises:
        ModelUnavailableError: The files are damaged or of an unknown kind.
    """
    import torch
    import transformers

    # Its report of unused pooler weights and its bar for 100 tensors would hide our own lines.
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # untyped upstream
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped upstream
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            weights.folder, local_files_only=True
        )
        model: torch.nn.Module = transformers.AutoModel.from_pretrained(
            weights.folder, local_files_only=True, dtype=torch.float32
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelUnavailableError(
            f"{weights.folder} can't be loaded as a model ({reason}); copy it again, or choose "
            "another --model."
        ) from error
    return tokenizer, model.eval().to(device)
