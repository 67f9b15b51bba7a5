"""Fit the probability that the first hit is right, and show how far it can be trusted.

    python -m benchmarks.calibrate ncbi_disease_train.tsv=mesh ncbi_disease_dev.tsv=mesh ...

Each argument is a file of mentions (as for ``termsearch eval``) and the index it is asked of. The
weights are fitted on the first; the others are only looked at. What is shown is the probability as
users see it, by the weights in ``termsearch.decision`` and with all that bounds it. Writes
``results/calibration.md`` and ``results/calibration.png``.
"""

import random
import sys
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from benchmarks.pages import RESULTS
from termsearch.connect import connect
from termsearch.decision import LONGEST_LEAD
from termsearch.evaluate import read_mentions
from termsearch.settings import Settings

MOST = 1_200  #: mentions of a file; a larger one is sampled, with a fixed seed
BINS = 10

Array = npt.NDArray[np.float64]


class Observed(NamedTuple):
    """Of each first hit."""

    features: Array  #: score and lead, shape ``(n, 2)``
    right: Array  #: 0 or 1
    said: Array  #: the probability that was told
    plain: npt.NDArray[np.bool_]  #: whether the query was read in one way; else others bound it


def observed(file: Path, index: str) -> Observed:
    """What becomes of the mentions in ``file``."""
    mentions = [mention for mention in read_mentions(file) if mention.gold]
    if len(mentions) > MOST:
        mentions = random.Random(0).sample(mentions, MOST)  # noqa: S311  # a sample, no secret
    settings = Settings.from_env().model_copy(update={"index": index})
    features, right, said, plain = [], [], [], []
    with connect(settings) as search:
        for start in range(0, len(mentions), 128):
            block = mentions[start : start + 128]
            answers = search.query_many([mention.text for mention in block], limit=20)
            for mention, answer in zip(block, answers, strict=True):
                if not answer.results:
                    continue
                first, *rest = answer.results
                rivals = [hit.score for hit in rest if hit.vocabulary == first.vocabulary]
                lead = first.score - rivals[0] if rivals else LONGEST_LEAD
                features.append((first.score, min(lead, LONGEST_LEAD)))
                right.append(first.curie in mention.gold)
                said.append(answer.probability)
                plain.append("; or " not in answer.read_as)
    return Observed(
        np.array(features),
        np.array(right, dtype=float),
        np.array(said, dtype=float),
        np.array(plain),
    )


def reliability(sure: Array, right: Array) -> list[tuple[float, float, int]]:
    """Mean probability, share that was right, and number, of each tenth that has any."""
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [
        (float(sure[place == b].mean()), float(right[place == b].mean()), int((place == b).sum()))
        for b in range(BINS)
        if (place == b).any()
    ]


def main(arguments: list[str]) -> None:
    """Fit on the first argument, report on all."""
    pairs = [argument.rpartition("=")[::2] for argument in arguments]
    seen = {Path(file).stem: observed(Path(file), index) for file, index in pairs}
    names = list(seen)
    first = seen[names[0]]
    fit = LogisticRegression(C=1e3).fit(first.features[first.plain], first.right[first.plain])
    base, (score, lead) = float(fit.intercept_[0]), map(float, fit.coef_[0])
    lines = [
        "# Probability that the first hit is right",
        "",
        f"`p = 1 / (1 + exp(-({base:.2f} + {score:.2f} score + {lead:.2f} lead)))`,"
        f" lead at most {LONGEST_LEAD}; fitted on {names[0]} (at most {MOST} mentions a file, those"
        " that were read in several ways left out).",
        "",
        "| mentions | n | right | mean p | calibration error | Brier | p >= 0.9 | right of them |",
        "|---|---|---|---|---|---|---|---|",
    ]
    mpl.use("Agg")
    _, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="gray", linewidth=1, label="perfect")
    for name, (_, right, sure, _) in seen.items():
        table = reliability(sure, right)
        error = sum(n * abs(p - share) for p, share, n in table) / len(right)
        high = sure >= 0.9  # noqa: PLR2004  # where a caller may accept unseen
        lines.append(
            f"| {name} | {len(right)} | {right.mean():.3f} | {sure.mean():.3f} | {error:.3f} | "
            f"{((sure - right) ** 2).mean():.3f} | {high.mean():.3f} | {right[high].mean():.3f} |"
        )
        axes.plot([p for p, _, _ in table], [s for _, s, _ in table], marker="o", label=name)
    lines += [
        "",
        "Made by `python -m benchmarks.calibrate FILE=INDEX ...`; plot: `calibration.png`.",
    ]
    axes.set(xlabel="probability said", ylabel="share that was right", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize=8)
    RESULTS.mkdir(exist_ok=True)
    plt.savefig(RESULTS / "calibration.png", dpi=110, bbox_inches="tight")
    (RESULTS / "calibration.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
