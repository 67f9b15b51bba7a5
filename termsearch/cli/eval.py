"""``termsearch eval``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termsearch.cli.failed import warn_of_other_rules
from termsearch.cli.options import encoder_options, json_option, settings_with
from termsearch.cli.tables import print_table

if TYPE_CHECKING:
    from termsearch.evaluate import CategoryScores, Evaluation, Mention, Miss, Run, Share
    from termsearch.settings import Settings

__all__ = ["eval_command"]


@click.command("eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mode",
    "modes",
    multiple=True,
    metavar="MODE",
    default=["auto"],
    show_default=True,
    help="As in query; repeatable to compare.",
)
@click.option(
    "--index",
    "indexes",
    multiple=True,
    metavar="NAME",
    help="Which index; repeatable to compare encoders.  [default: terms]",
)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Hits to look at for each mention.",
)
@click.option(
    "--misses",
    default=10,
    show_default=True,
    type=click.IntRange(0),
    help="List this many of the worst misses.",
)
@click.option(
    "--plot",
    "picture",
    metavar="FILE.png|svg",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the accuracies; needs the extra 'plot'.",
)
@json_option
@encoder_options
def eval_command(
    file: Path, indexes: tuple[str, ...], picture: Path | None, as_json: bool, **given: Any
) -> None:
    """Measure how often the right concept is on top, for FILE's mentions.

    FILE is tab-separated; its first line names the columns: mention, gold (CURIEs joined by |,
    any of which is right; empty where no concept is), and optionally category and context.

    \b
        termsearch eval mentions.tsv
        termsearch eval mentions.tsv --mode auto --mode dense --index small --index large
    """
    from termsearch.answer import require_mode
    from termsearch.evaluate import Evaluation, plot, read_mentions, require_plot

    asked = {name: given.pop(name) for name in ("modes", "limit", "misses")}
    for mode in asked["modes"]:
        require_mode(mode)
    if picture:
        require_plot(picture)
    mentions = read_mentions(file)
    found = Evaluation(
        file=click.format_filename(file),  # its bytes may be no text, and JSON is
        mentions=len(mentions),
        without_gold=sum(not mention.gold for mention in mentions),
        limit=asked["limit"],
        runs=[
            run
            for name in dict.fromkeys(indexes or (None,))
            for run in _runs(mentions, settings_with(**given, index=name), asked)
        ],
    )
    if picture:
        plot(found.runs, picture)
    click.echo(found.model_dump_json()) if as_json else _print(found)


def _runs(
    mentions: "Sequence[Mention]", settings: "Settings", asked: dict[str, Any]
) -> "list[Run]":
    """What one index makes of the mentions."""
    from termsearch.connect import encoder_of, open_index
    from termsearch.evaluate import evaluate

    index = open_index(settings)
    try:
        warn_of_other_rules(index.manifest)
        return evaluate(
            index, lambda: encoder_of(index.manifest, settings, index.name), mentions, **asked
        )
    finally:
        index.close()


def _print(found: "Evaluation") -> None:
    none = f", {found.without_gold:,} of them without an answer" if found.without_gold else ""
    click.echo(f"{found.file}: {found.mentions:,} mentions{none}")
    for index, absent in {run.index: run.absent for run in found.runs if run.absent}.items():
        click.echo(f"index {index}: of {absent:,} mentions no gold concept is in it")
    ranks = sorted({k for run in found.runs for k in run.scores.accuracy})
    click.echo()
    print_table(
        ["index", "mode", "mentions", *(f"Acc@{k}" for k in ranks), "MRR", "same name",
         "none: precision", "recall", "ms"],
        [_row(run, ranks) for run in found.runs],
        keep=2,
    )  # fmt: skip
    for run in found.runs:
        _print_details(run)


def _row(run: "Run", ranks: "Sequence[int]") -> list[str]:
    said, mrr = run.no_answer, run.scores.mrr
    return [
        run.index,
        run.mode,
        f"{run.scores.mentions:,}",
        *(_share(run.scores.accuracy.get(k)) for k in ranks),
        "" if mrr is None else f"{mrr:.3f}",
        "" if mrr is None else f"{run.homonyms:,}",
        _share(said.precision if said else None),
        _share(said.recall if said else None),
        f"{run.ms:.1f}",
    ]


def _share(share: "Share | None") -> str:
    if share is None:
        return ""
    return f"{share.value:.3f} ({share.low:.3f}-{share.high:.3f})" if share.of else "-"


def _print_details(run: "Run") -> None:
    if run.categories:
        click.echo(f"\n{run.index}, {run.mode}: by category")
        print_table(
            ["category", "mentions", *(f"Acc@{k}" for k in run.scores.accuracy), "MRR",
             "none said"],
            [_category(each) for each in run.categories],
        )  # fmt: skip
    if run.misses:
        click.echo(f"\n{run.index}, {run.mode}: the worst misses")
        print_table(
            ["line", "mention", "right", "rank", "got", "matched", "score"],
            [_miss(miss) for miss in run.misses],
            keep=1,
        )


def _category(category: "CategoryScores") -> list[str]:
    scores, none = category.scores, category.none_wanted
    figures = [*(share.value for share in scores.accuracy.values()), scores.mrr or 0.0]
    return [
        category.category or "-",
        f"{scores.mentions + none:,}",
        *(f"{figure:.3f}" if scores.mentions else "" for figure in figures),
        f"{category.none_said} of {none}" if none else "",
    ]


def _miss(miss: "Miss") -> list[str]:
    return [
        f"{miss.line}",
        miss.mention + (f" ({miss.times} times)" if miss.times > 1 else ""),
        " ".join(filter(None, ["|".join(miss.gold), "; ".join(miss.gold_names)])) or "no concept",
        f"{miss.rank}" if miss.rank else "-",
        f"{miss.got} {miss.got_name}" if miss.got else "nothing",
        miss.got_matched + (" [same name]" if miss.homonym else ""),
        f"{miss.got_score:.3f}",
    ]
