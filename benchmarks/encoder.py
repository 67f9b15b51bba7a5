"""Names per second: the model card's script, sentence-transformers, ours and each technique.

    python -m benchmarks.encoder desc2024.xml.gz

All see the same names and the same weights, in turns, on the same device with the same number of
threads. Without ``--model`` the weights are those of a fresh BERT-base, which costs what a trained
one costs; its cosines say little of a trained one's.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel

from termsearch.encoder import Precision, Vectors
from termsearch.encoder.batches import worst_cosine
from termsearch.encoder.bert import Bert, Whole
from termsearch.encoder.loading import load_tokens
from termsearch.encoder.runner import TorchRunner
from termsearch.encoder.transformer import TransformerEncoder
from termsearch.encoder.weights import Weights, find_weights
from termsearch.loader import Options, Report, find_loader, grouped
from termsearch.normalize import search_form

#: SapBERT's card: https://huggingface.co/cambridgeltl/SapBERT-from-PubMedBERT-fulltext.
_CARD_BATCH, _CARD_TOKENS = 128, 25

#: Names that each way embeds before it is measured. On a GPU all of them: kernels are chosen, and
#: compiled, by shape.
_WARM = 64 if not torch.cuda.is_available() else 131_072

Encode = Callable[[Sequence[str]], Vectors]


@dataclass
class Row:
    """One way to embed, and what was measured of it."""

    name: str
    encode: Encode
    note: Callable[[], str] = lambda: ""
    settles: bool = False  #: decides its precision by a first call with many names
    rates: list[float] = field(default_factory=list)  #: names/s, one a run
    busy: list[float] = field(default_factory=list)  #: names per second of a core, one a run
    cosine: float = 1.0  #: the worst to the card's script


def main() -> None:
    """Measure, print and write the page."""
    given = _arguments()
    torch.set_num_threads(given.threads)
    with _model(given.model) as folder:
        names = _names(given.release, given.names or (131_072 if _is_gpu(given.device) else 1_024))
        rows = _rows(folder, given.device, compiled=given.compiled)
        _measure(rows, names, given.runs)
        tokens = sum(map(len, load_tokens(_weights(folder)).ids(names)))
    page = _page(rows, len(names), tokens, given)
    print(page)  # noqa: T201  # this is the program's output
    if given.output:
        given.output.write_text(page, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path, help="a release, or names, one a line (.txt)")
    parser.add_argument("--model", default="", help="a folder; without it a fresh BERT-base")
    parser.add_argument("--names", type=int, default=0, help="how many; 1,024, or 131,072 on a GPU")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--compiled", action="store_true", help="torch.compile too")
    parser.add_argument("--output", type=Path, help="e.g. benchmarks/results/encoder.md")
    return parser.parse_args()


def _is_gpu(device: str) -> bool:
    return torch.device(device).type == "cuda"


@contextmanager
def _model(model: str) -> Iterator[Path]:
    """The folder of ``model``, or a temporary one with a fresh BERT-base."""
    if model:
        yield find_weights(model, pooling="cls", max_tokens=None).folder
        return
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = find_weights("minilm", pooling=None, max_tokens=None).folder
        AutoTokenizer.from_pretrained(vocabulary).save_pretrained(folder)
        torch.manual_seed(0)
        BertModel(BertConfig(vocab_size=30_522)).save_pretrained(folder)
        yield Path(folder)


def _names(release: Path, count: int) -> list[str]:
    """Distinct search forms, evenly spread over the release."""
    if release.suffix == ".txt":
        found: Any = release.read_text(encoding="utf-8").splitlines()
    else:
        ((loader, members),) = grouped((release,), "").items()
        concepts = find_loader(loader).load(members, Options(), Report())
        found = (search_form(name.text) for concept in concepts for name in concept.names)
    distinct = list(dict.fromkeys(found))
    return distinct[:: max(1, len(distinct) // count)][:count]


def _rows(folder: Path, device: str, *, compiled: bool) -> list[Row]:
    """Every way, the card's first."""
    rows = [
        Row("card's script: fp32, batches of 128, padded to 25", _card(folder, device)),
        Row("sentence-transformers, its defaults", _sentence_transformers(folder, device)),
        Row("+ batches of one length, no padding, no mask", _plain(folder, device)),
        Row("+ one matrix for q, k, v; last layer for [CLS] alone", _ours(folder, device, "fp32")),
        Row("+ bf16", _ours(folder, device, "bf16")),
    ]
    if compiled:
        rows.append(Row("+ bf16, torch.compile(dynamic=True)", _compiled(folder, device)))
    if not _is_gpu(device):
        rows.append(Row("+ int8 in ONNX Runtime, where asked for", _ours(folder, device, "int8")))
    auto = _encoder(folder, device, "auto")
    says = lambda: f" ({auto.precision})"  # noqa: E731  # known once it has settled
    return [*rows, Row("as a user gets it: auto", auto.encode, says, settles=True)]


def _card(folder: Path, device: str) -> Encode:
    """The loop of SapBERT's card, as published but for the device."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).to(device).eval()

    def encode(names: Sequence[str]) -> Vectors:
        rows = []
        for start in range(0, len(names), _CARD_BATCH):
            tokens = tokenizer(
                list(names[start : start + _CARD_BATCH]), padding="max_length",
                max_length=_CARD_TOKENS, truncation=True, return_tensors="pt",
            ).to(device)  # fmt: skip
            with torch.no_grad():
                rows.append(model(**tokens)[0][:, 0, :].cpu().numpy())
        return np.concatenate(rows)

    return encode


def _sentence_transformers(folder: Path, device: str) -> Encode:
    """``encode`` with its own batch size, sorting and padding; 25 tokens and [CLS] as the rest."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    words = Transformer(str(folder), max_seq_length=_CARD_TOKENS)
    pooling = Pooling(words.get_embedding_dimension(), pooling_mode="cls")
    model = SentenceTransformer(modules=[words, pooling], device=device)
    return lambda names: np.asarray(model.encode(list(names)), np.float32)


def _plain(folder: Path, device: str) -> Encode:
    """The forward pass of transformers in our batches."""
    return _run(folder, Whole(AutoModel.from_pretrained(folder).eval(), "cls"), device)


def _compiled(folder: Path, device: str) -> Encode:
    bert = Bert.of(AutoModel.from_pretrained(folder).eval(), "cls")
    if bert is None:
        raise SystemExit("--compiled: the model is not a BERT")
    return _run(folder, torch.compile(bert.to(torch.bfloat16), dynamic=True), device)


def _run(folder: Path, network: Any, device: str) -> Encode:
    runner = TorchRunner(network.to(device), torch.device(device))
    tokens = load_tokens(_weights(folder))
    return lambda names: runner.states(tokens.ids(names))


def _ours(folder: Path, device: str, precision: Precision) -> Encode:
    return _encoder(folder, device, precision).encode


def _encoder(folder: Path, device: str, precision: Precision) -> TransformerEncoder:
    return TransformerEncoder(_weights(folder), device=device, precision=precision)


def _weights(folder: Path) -> Weights:
    return find_weights(str(folder), pooling="cls", max_tokens=_CARD_TOKENS)


def _measure(rows: Sequence[Row], names: list[str], runs: int) -> None:
    """In turns, so that whatever else the machine does falls on all of them."""
    for row in rows:
        row.encode(names[:_WARM] * (-(-1_024 // len(names[:_WARM])) if row.settles else 1))
    for _ in range(runs):
        exact: Vectors | None = None
        for row in rows:
            started, busy = perf_counter(), process_time()
            found = row.encode(names)
            row.rates.append(len(names) / (perf_counter() - started))
            row.busy.append(len(names) / (process_time() - busy))
            exact = found if exact is None else exact
            row.cosine = worst_cosine(exact, found)
            print(f"{row.name}: {row.rates[-1]:,.0f} names/s", file=sys.stderr)  # noqa: T201  # progress


def _page(rows: Sequence[Row], count: int, tokens: int, given: argparse.Namespace) -> str:
    card, sentence = (median(row.rates) for row in rows[:2])
    lines = [
        "# Encoder throughput\n",
        f"{count:,} names, {tokens / count:.2f} tokens each; medians of {given.runs} runs;",
        f"load of the machine {_load()};",
        f"{_machine(given.device)}.\n",
        "| way | names/s | tokens/s | x card | x sentence-transformers | names/core-s | x card "
        "| worst cosine to card |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        rate = median(row.rates)
        lines.append(
            f"| {row.name}{row.note()} | {rate:,.0f} | {rate * tokens / count:,.0f} | "
            f"{rate / card:.1f} | {rate / sentence:.1f} | {median(row.busy):,.0f} | "
            f"{median(row.busy) / median(rows[0].busy):.1f} | {row.cosine:.5f} |"
        )
    spread = max(max(row.rates) / min(row.rates) for row in rows)
    lines.append(f"\nFastest to slowest run of one way: at most {spread:.2f} times.")
    lines.append(
        f"Command: `python -m benchmarks.encoder {given.release.name} --names {count} "
        f"--runs {given.runs} --threads {given.threads} --device {given.device}`."
    )
    if not _is_gpu(given.device):
        lines.append("No GPU was to be had: the same command measures one where there is.")
    return "\n".join(lines) + "\n"


def _load() -> str:
    """Runnable processes over the last minute, where the system tells."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _machine(device: str) -> str:
    what = torch.cuda.get_device_name(device) if _is_gpu(device) else _processor()
    versions = ", ".join(
        f"{package} {version(package)}"
        for package in ("torch", "transformers", "sentence-transformers", "onnxruntime")
    )
    return f"{what}, {torch.get_num_threads()} of {os.cpu_count()} threads; {versions}"


def _processor() -> str:
    found = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    kinds = [kind for kind in ("avx512_bf16", "avx512_vnni", "amx_bf16") if found.get(kind)]
    return f"{found.get('cpu_name', platform.machine())} ({', '.join(kinds)})"


if __name__ == "__main__":
    main()
