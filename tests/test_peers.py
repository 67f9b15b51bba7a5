"""Every peer of the benchmark can find something: a peer that can't would flatter us."""

from pathlib import Path

import pytest

from benchmarks.linkers import PEERS, Entry, Peer, RapidFuzz, RapidFuzzDefault
from benchmarks.peers import asked, entries, main, of_peer
from benchmarks.peers_page import accuracy_table, speed_table
from termsearch.evaluate import Mention
from termsearch.normalize import search_form

NAMES = [
    Entry(search_form(text), curie, text)
    for curie, text in [
        ("zz:1", "Zz fever"),
        ("zz:1", "Febris zzorum"),
        ("zz:2", "Blue pox type 2"),
        ("zz:3", "Striped anemia"),
        ("zz:3", "Anemia with stripes"),
        ("zz:4", "Quuxitis of the knee"),
        ("zz:5", "Quuxitis of the elbow"),
    ]
]


@pytest.fixture(params=PEERS, ids=lambda peer: peer.label)
def peer(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Peer:
    monkeypatch.setenv("PYSTOW_HOME", str(tmp_path))  # where gilda makes a folder when imported
    made: Peer = request.param()
    try:
        made.index(NAMES)
    except ImportError as error:
        pytest.skip(f"{error}; the dependency group 'bench' brings it")
    return made


@pytest.mark.parametrize("mention", ["Striped anemia", "STRIPED  ANEMIA", "striped anemias"])
def test_every_peer_finds_a_name_exact_or_near(peer: Peer, mention: str) -> None:
    (found,) = peer.query([mention], k=3)

    assert found[0] == "zz:3"


def test_a_concept_comes_once_and_no_more_than_wanted(peer: Peer) -> None:
    answers = peer.query(["zz fever", "quuxitis of the knee"], k=2)

    assert [found[0] for found in answers] == ["zz:1", "zz:4"]
    assert all(len(set(found)) == len(found) <= 2 for found in answers)


def test_the_last_names_indexed_are_the_ones_that_answer(peer: Peer) -> None:
    peer.index([Entry("zz fever", "zz:9", "Zz fever"), Entry("zz pox", "zz:8", "Zz pox")])

    assert peer.query(["zz fever"], k=1) == [["zz:9"]]


MENTIONS = [
    Mention(text="zz fever", gold=frozenset({"zz:1"})),
    Mention(text="zz fever", gold=frozenset({"zz:1"})),
    Mention(text="striped anemia", gold=frozenset({"zz:2"})),
    Mention(text="quuxitis of the knees", gold=frozenset({"zz:5"})),
]


def test_accuracy_counts_every_mention_and_speed_every_text_once() -> None:
    (figure,) = of_peer(RapidFuzz(), NAMES, "zz.csv", {"zz": MENTIONS}, most=2)

    assert [figure.scores.accuracy[k].hits for k in (1, 5)] == [2, 4]
    assert figure.scores.mentions == 4
    assert figure.speed.queries == 3


def test_a_slow_peer_is_asked_the_same_sample_in_every_run() -> None:
    (figure,) = of_peer(RapidFuzzDefault(), NAMES, "zz.csv", {"zz": MENTIONS}, most=2)

    assert figure.sample
    assert figure.scores.mentions == 2
    assert asked(MENTIONS, 2) == asked(MENTIONS, 2)


def test_the_best_is_bold_and_a_sample_is_starred() -> None:
    figures = [
        figure
        for peer in (RapidFuzz(), RapidFuzzDefault())
        for figure in of_peer(peer, NAMES, "zz.csv", {"zz": MENTIONS}, most=2)
    ]

    heads, _, whole, sample, _ = accuracy_table(figures)

    assert heads == "| | zz (4) |"
    assert whole == "| RapidFuzz token_sort_ratio | **.500**/**1.000** |"
    assert sample.endswith("\\* (2) |")


def test_every_row_of_the_speed_table_has_all_its_cells() -> None:
    peer = RapidFuzz()
    figures = [
        *of_peer(peer, NAMES, "one.csv", {"one": MENTIONS}, most=2),
        *of_peer(RapidFuzzDefault(), NAMES, "other.csv", {"other": MENTIONS}, most=2),
    ]

    lines = list(speed_table(figures))

    assert {line.count("|") for line in lines} == {6}


def test_names_are_those_of_the_release_each_form_of_a_concept_once(tmp_path: Path) -> None:
    release = tmp_path / "zz.csv"
    release.write_text(
        "vocabulary,code,name,synonyms\nlocal,1,Zz fever,ZZ FEVER|Zz pyrexia\nlocal,2,Zz fever,\n"
    )

    assert entries(release) == [
        Entry("zz fever", "local:1", "Zz fever"),
        Entry("zz pyrexia", "local:1", "Zz pyrexia"),
        Entry("zz fever", "local:2", "Zz fever"),
    ]


def test_an_index_of_no_split_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["data", "--index", "mesh"])

    assert "--index mesh: expected SPLIT=NAME, SPLIT one of" in capsys.readouterr().err
