"""The digest of the rules that make search keys: what it sees, and what differs without it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from termsearch import abbreviations, accents, grams, initials, lexicon, normalize
from termsearch.concept import Concept
from termsearch.diff import Diff, Difference
from termsearch.errors import LargeRemovalError
from termsearch.index import Ask, Index, Same, Spelt
from termsearch.index.manifest import Loaded, Manifest
from termsearch.index.packed import packed
from termsearch.index.rules import rules, spelling_of
from termsearch.ingest import ingest
from termsearch.loader import Report
from termsearch.normalize import search_form, search_key
from tests.concepts import COUGH, FEVER, concept
from tests.conftest import Store, WordHash
from tests.mutants import mutants
from tests.versions import straight_only, version_with

ROOT = Path(__file__).parent.parent
NEVER = re.compile(r"(?!)()()")

#: The rules of this version, and what they make of all names of the demo release and all queries of
#: the challenge set. Where only the second differs, the rules have changed unseen: add a name that
#: they change to ``_SPECIMENS``. Then write here what is found.
PINNED = ("e8ef705f2d03-ac53632c89d5", "e56a6320274a")


def changed(module: Any, name: str, value: object) -> str:
    """The digest in a version where something of a module is otherwise."""
    with version_with(module, name, value):
        return rules()


def test_the_digest_is_the_same_in_every_process() -> None:
    code = "from termsearch.index.rules import rules; print(rules())"

    found = {
        subprocess.check_output(
            [sys.executable, "-c", code], text=True, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    }

    assert found == {f"{rules()}\n"}


def test_no_rule_changes_what_names_have_without_the_digest() -> None:
    demo = ROOT / "termsearch" / "demo" / "release" / "umls" / "META" / "MRCONSO.RRF"
    texts = [row.split("|")[14] for row in demo.read_text(encoding="utf-8").splitlines()]
    challenge = ROOT / "benchmarks" / "challenge.tsv"
    texts += [row.split("\t")[0] for row in challenge.read_text(encoding="utf-8").splitlines()]

    made = sha256()
    for text in dict.fromkeys(texts):
        form = search_form(text)
        made.update(repr((form, search_key(form), abbreviations.variants(text))).encode())
        made.update(repr((initials.initials(form), grams.hashes(form))).encode())

    assert (rules(), made.hexdigest()[:12]) == PINNED


TABLES = ("_SAME", "_NUMBERS", "GREEK", "_EMPTY", "_BEFORE_ARTICLE", "_UNSIGNED")


@pytest.mark.parametrize("table", TABLES)
def test_every_entry_of_a_table_is_seen(table: str) -> None:
    entries = getattr(lexicon, table)

    met = [entry for entry in sorted(entries) if search_form(entry) == entry]  # no final sigma is
    unseen = [each for each in met if rules() == changed(lexicon, table, without(entries, each))]

    assert unseen == []


@pytest.mark.parametrize("bound", ["SHORTEST", "LONGEST", "_MOST_LETTERS", "_MOST_PARTS"])
@pytest.mark.parametrize("by", [-1, 1])
def test_every_bound_of_initials_is_seen(bound: str, by: int) -> None:
    assert rules() != changed(initials, bound, getattr(initials, bound) + by)


def test_every_word_that_initials_leave_out_is_seen() -> None:
    said = [word for word in initials.UNSAID if initials.initials(f"x {word} y z")[-1] != "xyz"]

    assert said == []
    assert "zz" not in initials.UNSAID


def without(entries: Any, entry: str | int) -> Any:
    if isinstance(entries, dict):
        return {key: value for key, value in entries.items() if key != entry}
    return entries - {entry}


def test_every_character_that_looks_like_another_is_seen() -> None:
    table = normalize._LOOK_ALIKE
    met = [chr(each) for each in table if chr(each) not in NFKC_DOES]

    unseen = [
        each for each in met
        if rules() == changed(normalize, "_LOOK_ALIKE", without(table, ord(each)))
    ]  # fmt: skip

    assert len(met) > 15
    assert unseen == []


#: NFKC makes one of them a hyphen, and of the others a dash that is in the table.
NFKC_DOES = "‑﹘﹣－"

PATTERNS = [
    (module, name)
    for module in (lexicon, accents, normalize, abbreviations, initials)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern) and name != "_PLURAL"  # which no key is made with
]

#: What changes no word: digits are parted from a hyphen, or from nothing, anyway.
SAME_WORDS = ("([a-z]«{1,5}»{0,5})-?", "([a-z]{1,5})-«?»{0}")
#: What changes no short form: the package reads them of 2 to 10 characters.
SAME_SHORT_FORMS = ("«{2,10}»{1,10}", "«{2,10}»{2,11}")


@pytest.mark.parametrize(("module", "name"), PATTERNS, ids=[name for _, name in PATTERNS])
def test_every_alternative_and_limit_of_a_pattern_is_seen(module: Any, name: str) -> None:
    pattern = getattr(module, name).pattern

    unseen = [told for told, other in mutants(pattern) if rules() == changed(module, name, other)]

    same = SAME_SHORT_FORMS if module is abbreviations else SAME_WORDS
    assert [told for told in unseen if not any(known in told for known in same)] == []


def test_every_alternative_of_an_american_spelling_is_seen() -> None:
    spellings = lexicon._AMERICAN
    others = [
        (told, (*spellings[:at], (other, american), *spellings[at + 1 :]))
        for at, (pattern, american) in enumerate(spellings)
        for told, other in [("", NEVER), *mutants(pattern.pattern)]
    ]

    unseen = [told for told, other in others if rules() == changed(lexicon, "_AMERICAN", other)]

    assert len(others) > 20
    assert unseen == []


def test_a_pattern_is_otherwise_in_each_alternative_member_and_limit() -> None:
    told = [told for told, _ in mutants(r"(?:a|bc?)[x-z]{2,3}\|\d[^|]?$")]

    assert told == [
        r"(?:«a»(?!)|bc?)[x-z]{2,3}\|\d[^|]?$",
        r"(?:a|«bc?»(?!))[x-z]{2,3}\|\d[^|]?$",
        r"(?:a|bc«?»)[x-z]{2,3}\|\d[^|]?$",
        r"(?:a|bc«?»{0})[x-z]{2,3}\|\d[^|]?$",
        r"(?:a|bc?)«[x-z]»[yz]{2,3}\|\d[^|]?$",
        r"(?:a|bc?)«[x-z]»[xz]{2,3}\|\d[^|]?$",
        r"(?:a|bc?)«[x-z]»[xy]{2,3}\|\d[^|]?$",
        r"(?:a|bc?)[x-z]«{2,3}»{1,3}\|\d[^|]?$",
        r"(?:a|bc?)[x-z]«{2,3}»{3,3}\|\d[^|]?$",
        r"(?:a|bc?)[x-z]«{2,3}»{2,2}\|\d[^|]?$",
        r"(?:a|bc?)[x-z]«{2,3}»{2,4}\|\d[^|]?$",
        r"(?:a|bc?)[x-z]{2,3}\|\d[^|]«?»$",
        r"(?:a|bc?)[x-z]{2,3}\|\d[^|]«?»{0}$",
    ]


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (lexicon, "_PLUS", NEVER),
        (lexicon, "_MINUS", NEVER),
        (lexicon, "_UNDER", NEVER),
        (lexicon, "_OVER", NEVER),
        (lexicon, "_DOTTED", NEVER),
        (lexicon, "_NUMBERED", NEVER),
        (lexicon, "_NTH", NEVER),
        (lexicon, "_WORD", re.compile(r"\S+")),
        (lexicon, "_INFLAMED", "zz"),
        (lexicon, "_SHORTEST_STEMMED", lexicon._SHORTEST_STEMMED - 1),
        (lexicon, "_SHORTEST_STEMMED", lexicon._SHORTEST_STEMMED + 1),
        (lexicon, "_LONGEST_AS_IT_IS", lexicon._LONGEST_AS_IT_IS - 1),
        (lexicon, "_LONGEST_AS_IT_IS", lexicon._LONGEST_AS_IT_IS + 1),
        (accents, "_ACCENTS", NEVER),
        (abbreviations, "_LONGEST_LINE", abbreviations._LONGEST_LINE - 1),
        (abbreviations, "_LONGEST_LINE", abbreviations._LONGEST_LINE + 1),
        (normalize, "_INVISIBLE", NEVER),
        (normalize, "_LOOK_ALIKE", {}),
        (abbreviations, "_BRACKETS", {}),
        (abbreviations, "_SHORT_FIRST", NEVER),
        (abbreviations, "_DASHED", NEVER),
        (abbreviations, "_IN_BRACKETS", NEVER),
        (grams, "_pieces", lambda word: [word]),
    ],
)
def test_every_rule_is_seen(module: Any, name: str, value: object) -> None:
    found = changed(module, name, value)

    assert found != rules()
    assert (spelling_of(found) == spelling_of(rules())) is (module is not grams)


def found(index: Index, query: Same | Spelt) -> set[str]:
    return {hit.point.form for hit in index.search([Ask(query, 10)])[0]}


def say(index: Index, said: str) -> None:
    """Have ``index`` say that its search keys were made by other rules."""
    entries = [entry.model_copy(update={"rules": said}) for entry in index.manifest.loaded]
    index.write_manifest(index.manifest.with_loaded(entries))


def test_an_ingest_makes_search_keys_anew_and_embeds_nothing(
    index: Index, encoder: WordHash
) -> None:
    ingest([FEVER], "mesh", encoder, index)
    points = list(index.points([]))
    old = [packed(point.model_copy(update={"key": "old"})) for point in points]
    old = [point._replace(pieces=[1]) for point in old]
    index.rewrite(old)
    index.respell(old)
    say(index, "")
    encoder.embedded.clear()
    before = found(index, Same("key", "fever")) | found(index, Spelt("pyrexai"))

    done = ingest([FEVER], "mesh", encoder, index)

    assert before == set()
    assert (done.rewritten, done.removed, encoder.embedded) == (len(points), 0, [])
    assert found(index, Same("key", "fever")) == {"fever"}
    assert found(index, Spelt("pyrexai")) == {"pyrexia"}
    assert index.manifest.made_otherwise(rules()) == []


def test_only_what_has_changed_is_rewritten_where_pieces_are_the_same(
    index: Index, encoder: WordHash
) -> None:
    ingest([FEVER], "mesh", encoder, index)
    (first, *_) = index.points([])
    index.rewrite([packed(first.model_copy(update={"key": "old"}))])
    say(index, f"0-{spelling_of(rules())}")

    done = ingest([FEVER], "mesh", encoder, index)

    assert done.rewritten == 1
    assert index.manifest.made_otherwise(rules()) == []


def test_an_ingest_renews_its_own_origins_only(index: Index, encoder: WordHash) -> None:
    ingest([FEVER], "mesh", encoder, index)
    ingest([COUGH], "umls", encoder, index)
    say(index, "")

    ingest([COUGH], "umls", encoder, index)

    assert index.manifest.made_otherwise(rules()) == ["mesh/desc"]


EPONYMS = (
    concept("ward", "1", "Crohn’s", "Zz ileitis"),
    concept("ward", "2", "Bell’s", "Zz palsy"),
    concept("ward", "3", "Zz’s", "z’s", "Zz fever"),
)


@pytest.fixture
def eponyms(index: Index, encoder: WordHash) -> Index:
    """Four of seven names have another search form than they had when they were stored."""
    with straight_only():
        ingest(EPONYMS, "test", encoder, index)
    return index


def compared(index: Index, release: Iterable[Concept]) -> Diff:
    difference = Difference(index)
    difference.read(release, "test", Report())
    return difference.finish()


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "with a comparison"])
def test_names_are_not_lost_where_other_rules_only_spelt_them_otherwise(
    eponyms: Index, encoder: WordHash, beside: bool
) -> None:
    difference = Difference(eponyms) if beside else None
    foretold = compared(eponyms, EPONYMS)

    done = ingest(EPONYMS, "test", encoder, eponyms, difference=difference)

    assert (done.embedded, done.removed, eponyms.count()) == (4, 4, 7)
    assert [origin.needs_replace for origin in foretold.origins] == [False]
    assert foretold.names.to_remove == 4
    assert compared(eponyms, EPONYMS).names.to_remove == 0


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "with a comparison"])
@pytest.mark.parametrize("said", ["", rules()], ids=["by other rules", "by these"])
def test_names_that_are_gone_are_lost_whatever_rules_stored_them(
    eponyms: Index, encoder: WordHash, beside: bool, said: str
) -> None:
    say(eponyms, said)
    difference = Difference(eponyms) if beside else None
    fewer = [each.model_copy(update={"names": each.names[-1:]}) for each in EPONYMS]
    foretold = compared(eponyms, fewer)

    with pytest.raises(LargeRemovalError, match="4 of the 7 names"):
        ingest(fewer, "test", encoder, eponyms, difference=difference)

    assert [origin.needs_replace for origin in foretold.origins] == [True]


def test_other_search_forms_are_lost_where_the_rules_are_these(
    eponyms: Index, encoder: WordHash
) -> None:
    say(eponyms, rules())
    foretold = compared(eponyms, EPONYMS)

    with pytest.raises(LargeRemovalError, match="4 of the 7 names"):
        ingest(EPONYMS, "test", encoder, eponyms)

    assert [origin.needs_replace for origin in foretold.origins] == [True]


def test_an_index_that_does_not_know_its_rules_is_opened(store: Store, encoder: WordHash) -> None:
    index = store.make(encoder)
    ingest([FEVER], "mesh", encoder, index)
    said = index.manifest.model_dump(mode="json")
    for entry in said["loaded"]:
        del entry["rules"], entry["assumed"]
    index.write_manifest(Manifest.model_validate(said))
    index.publish()
    store.leave(index)

    opened = store.open()
    origins = opened.manifest.made_otherwise(rules())
    store.leave(opened)

    assert origins == ["mesh/desc"]


@pytest.mark.parametrize(("was", "known"), [("a-b", "a-b"), ("c-b", ""), ("", "")])
def test_of_a_run_that_was_cut_rules_are_known_if_all_are_the_same(was: str, known: str) -> None:
    before, now = (Loaded(vocabulary="v", origin="v", rules=each) for each in (was, "a-b"))

    assert before.joined(now).rules == known
