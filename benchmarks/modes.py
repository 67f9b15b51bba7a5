"""Accuracy of every mode on every file of mentions: one table and one picture.

    python -m benchmarks.modes ncbi_disease_train.tsv=mesh gsc_hpo_dev.tsv=hp ...

Each argument is a file of mentions (as for ``termsearch eval``) and the index it is asked of, or
several indexes joined by ``+`` to compare encoders. Writes ``results/modes.md`` and
``results/modes.png``.
"""

import os
import platform
import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from benchmarks.pages import RESULTS
from termsearch.answer import Mode
from termsearch.connect import encoder_of, open_index
from termsearch.evaluate import Run, evaluate, read_mentions
from termsearch.settings import Settings

MODES: Final[tuple[Mode, ...]] = ("auto", "dense", "lexical", "exact")


def runs_of(file: Path, indexes: Sequence[str]) -> list[Run]:
    """One run for each mode and index; SapBERT's own lenient protocol last."""
    mentions = [mention for mention in read_mentions(file) if mention.gold]
    runs: list[Run] = []
    for name in indexes:
        settings = Settings.from_env().model_copy(update={"index": name})
        index = open_index(settings)
        try:
            load = partial(encoder_of, index.manifest, settings, name)
            runs += evaluate(index, load, mentions, modes=MODES, misses=0)
        finally:
            index.close()
    return runs


def table(found: dict[str, list[Run]]) -> str:
    """Rows are files and encoders, columns modes; each cell Acc@1/@5."""
    lines = []
    for file, runs in found.items():
        by_model: dict[tuple[str, str], list[Run]] = {}
        for run in runs:
            by_model.setdefault((run.index, run.model), []).append(run)
        for (_, model), group in by_model.items():
            cells = [f"{at(run, 1):.3f}/{at(run, 5):.3f}" for run in group]
            lines.append([file, model.rpartition("/")[2], f"{group[0].scores.mentions:,}", *cells])
    modes = [run.mode for run in next(iter(found.values()))][: len(lines[0]) - 3]
    head = ["mentions of", "encoder", "mentions", *modes]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *lines])


def at(run: Run, rank: int) -> float:
    """Accuracy within the first ``rank`` hits, 0 to 1; 0 where it was not counted."""
    share = run.scores.accuracy.get(rank)
    return share.value if share else 0.0


def picture(found: dict[str, list[Run]]) -> Figure:
    """For each file a group of bars, one a mode: Acc@1 full, Acc@5 behind it in a lighter tone."""
    figure = Figure(figsize=(3 + 2 * len(found), 4), layout="constrained")
    axes = figure.subplots()
    modes = list(dict.fromkeys(run.mode for runs in found.values() for run in runs))
    width = 0.8 / len(modes)
    for number, mode in enumerate(modes):
        places = [group + (number - (len(modes) - 1) / 2) * width for group in range(len(found))]
        chosen = [next(run for run in runs if run.mode == mode) for runs in found.values()]
        color = f"C{number}"
        axes.bar(places, [at(run, 5) for run in chosen], width * 0.9, color=color, alpha=0.35)
        axes.bar(places, [at(run, 1) for run in chosen], width * 0.9, color=color, label=mode)
    axes.set_xticks(range(len(found)), [name.replace("_", " ") for name in found])
    axes.set(ylim=(0, 1), ylabel="accuracy: at 1 (full), at 5 (light)")
    figure.legend(fontsize="small", loc="outside upper center", ncols=len(modes))
    return figure


def main(arguments: Sequence[str]) -> None:
    """Measure, and write the results down."""
    found: dict[str, list[Run]] = {}
    for argument in arguments:
        name, _, indexes = argument.partition("=")
        print(f"{Path(name).stem} ...", file=sys.stderr, flush=True)  # noqa: T201  # minutes pass
        found[Path(name).stem] = runs_of(Path(name), indexes.split("+"))
    picture(found).savefig(RESULTS / "modes.png", dpi=120)
    asked = " ".join(f"{Path(a.partition('=')[0]).name}={a.partition('=')[2]}" for a in arguments)
    (RESULTS / "modes.md").write_text(
        "# Every mode on every split\n\n"
        f"Made by `python -m benchmarks.modes {asked}`, each index by `termsearch ingest` of the "
        "release that\nthe mentions belong to. Concept level, raw mentions, strict: a homonym that "
        "stands before the gold\nconcept counts against it. Cells are Acc@1/Acc@5; "
        "`sapbert_lenient` is SapBERT's own protocol\n(names, not concepts; a shared name counts "
        f"for all of its concepts).\n{os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, torch {version('torch')}, qdrant-edge-py "
        f"{version('qdrant-edge-py')}.\n\n{table(found)}\n\n"
        "![Accuracy by mode](modes.png)\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
