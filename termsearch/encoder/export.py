"""Makes the folder that :mod:`termsearch.encoder.onnx` reads, and int8 sessions for ingest.

Nothing that is made here is used before its vectors were compared with the original's.
"""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from termsearch.encoder import Encoder, EncoderCard, Vectors
from termsearch.encoder.batches import worst_cosine
from termsearch.encoder.bert import Bert
from termsearch.encoder.graph import Arithmetic, write_graph
from termsearch.encoder.onnx import CARD, GRAPH, TOKENIZER, ExportCard, File, exported
from termsearch.encoder.runner import TorchRunner
from termsearch.encoder.session import Session
from termsearch.encoder.tokens import Tokens
from termsearch.errors import EncoderExportError, ModelUnavailableError

__all__ = ["MIN_COSINE", "export", "input_peaks", "quick_session"]

#: The least cosine to the original, over the sample, of an exported encoder. All names are to keep
#: 0.999, and the worst of a sample is better than the worst of all.
MIN_COSINE = 0.9993

#: Fastest first for one short query; the first that keeps MIN_COSINE is taken.
_CHOICES: tuple[Arithmetic, ...] = ("int8", "int8-blocks", "fp32")


def export(encoder: Encoder, folder: Path, names: Sequence[str]) -> ExportCard:
    """Make ``folder`` from ``encoder``, unless it is there and whole.

    It appears under its name when it is whole; two processes that make it at once both succeed.

    Args:
        encoder: On torch.
        folder: Named after the encoder's card, so that other indexes find it.
        names: A sample, to choose the arithmetic by: the fastest that keeps MIN_COSINE.

    Raises:
        EncoderExportError: Its network is not BERT's, it has no fast tokenizer, there is no
            sample, the folder can't be written, or no graph gives its vectors.
    """
    found = exported(folder, encoder.card)
    if found is not None:
        return found.export
    parts = getattr(encoder, "exportable", None)
    if parts is None:
        raise EncoderExportError("only encoders on torch can be exported")
    bert, tokens = parts()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as beside:
            made = _made(bert, tokens, encoder.card, Path(beside), names)
            shutil.rmtree(folder, ignore_errors=True)  # one that is there is damaged
            _moved(Path(beside), folder)
    except OSError as error:
        raise EncoderExportError(f"{folder} can't be written ({error.strerror})") from error
    return made


def quick_session(bert: Bert, ids: Sequence[Sequence[int]]) -> Session:
    """``bert`` with int8 products, its scales fitted to ``ids``; not compared with anything."""
    with tempfile.TemporaryDirectory(prefix="termsearch-") as folder:
        file = Path(folder) / GRAPH
        write_graph(bert, file, "int8", input_peaks(bert, ids)[1])
        # It keeps the mapped file, whose name may go.
        return Session(file, threads=torch.get_num_threads())


def input_peaks(
    bert: Bert, ids: Sequence[Sequence[int]]
) -> tuple[Vectors, dict[str, npt.NDArray[np.float32]]]:
    """The states of the names ``ids``, and the largest size of each channel into each product."""
    peaks: dict[str, torch.Tensor] = {}

    def watch(name: str) -> "torch.utils.hooks.RemovableHandle":
        def seen(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            peak = inputs[0].abs().flatten(0, -2).amax(dim=0)
            peaks[name] = torch.maximum(peaks.get(name, peak), peak)

        return bert.get_submodule(name).register_forward_pre_hook(seen)

    handles = [watch(name) for name, _ in bert.linears()]
    try:
        states = TorchRunner(bert, torch.device("cpu")).states(ids)
    finally:
        for handle in handles:
            handle.remove()
    return states, {name: peak.numpy() for name, peak in peaks.items()}


def _made(
    bert: Bert, tokens: Tokens, card: EncoderCard, folder: Path, names: Sequence[str]
) -> ExportCard:
    """All files, with the fastest graph that gives the original's vectors."""
    if not names:
        raise EncoderExportError("there are no names to compare vectors of")
    tokens.save(folder / TOKENIZER)
    read_back = Tokens.load(folder / TOKENIZER, card.max_tokens)
    ids = tokens.ids(names)
    if read_back.digest != card.tokenizer or read_back.ids(names) != ids:
        raise EncoderExportError("its tokenizer splits names otherwise once it is saved")
    arithmetic, cosine = _fastest(bert, ids, folder / GRAPH)
    files = {path.name: File.of(path) for path in sorted(folder.iterdir())}
    made = ExportCard(
        encoder=card, arithmetic=arithmetic, cosine=round(cosine, 6), names=len(names), files=files
    )
    (folder / CARD).write_text(made.model_dump_json(indent=1), encoding="utf-8")
    return made


def _fastest(bert: Bert, ids: Sequence[Sequence[int]], file: Path) -> tuple[Arithmetic, float]:
    """Leaves the graph in ``file``."""
    exact, peaks = input_peaks(bert, ids)
    worst = {}
    for arithmetic in _CHOICES:
        write_graph(bert, file, arithmetic, peaks)
        with suppress(ModelUnavailableError):  # this machine has no kernel for it
            cosine = worst[arithmetic] = worst_cosine(exact, Session(file).states(ids))
            if cosine >= MIN_COSINE:
                return arithmetic, cosine
        file.unlink()
        file.with_name(f"{file.name}.data").unlink()
    raise EncoderExportError(f"no graph gives its vectors (cosines {worst})")


def _moved(made: Path, folder: Path) -> None:
    """``made`` under its name; another process may have been first, which is as well."""
    made.chmod(0o755)  # a temporary folder is its maker's alone, an index others may read
    for path in made.iterdir():
        path.chmod(0o644)
    try:
        made.rename(folder)
    except OSError:
        if not (folder / CARD).is_file():
            raise
    made.mkdir(exist_ok=True)  # TemporaryDirectory removes it
