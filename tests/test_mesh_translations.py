"""A translation of MeSH is a part of its own, beside the English and in its trees."""

from pathlib import Path

import pytest

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.index import Index
from termsearch.index.where import CARD, Condition
from termsearch.ingest import ingest
from termsearch.loader import Options, Report
from termsearch_loaders.mesh import load
from tests.conftest import WordHash
from tests.mesh import DESC, FEVER, RECORD, SUPP, french, loaded, written


def test_the_language_of_a_translation_is_named_and_can_be_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, RECORD.replace('"eng"', '"fre"'))
    report = Report()

    (concept,) = loaded(path).values()
    kept = list(load([path], Options(langs=("en",)), report))

    assert {name.lang for name in concept.names} == {"fr"}
    assert (kept, report.read, report.dropped) == ([], 2, {"language fr": 2})


def test_a_translation_is_a_part_of_its_own_with_the_places_and_types_of_the_english(
    tmp_path: Path,
) -> None:
    found = list(load([french(tmp_path), DESC, SUPP], Options(), Report()))

    fever, pyrexia = (concept for concept in found if concept.code == "D990003")
    assert (fever.part, fever.names[0].text, fever.names[0].lang) == (
        "desc-fr", "Fr Blue Fever", "fr",
    )  # fmt: skip
    assert (pyrexia.part, pyrexia.names[0].text, pyrexia.names[0].lang) == (
        "desc", "Zz Blue Fever", "en",
    )  # fmt: skip
    assert fever.types == pyrexia.types
    assert fever.types[0].name == "Zz Tingling"
    assert (fever.parents, fever.ancestors) == (pyrexia.parents, pyrexia.ancestors)


def test_a_step_that_only_a_translation_has_is_there_whatever_file_comes_first(
    tmp_path: Path,
) -> None:
    head, *records = DESC.read_text(encoding="utf-8").split("<DescriptorRecord ")
    others = [record for record in records if "<DescriptorUI>D990002<" not in record]
    files = [written(tmp_path, "<DescriptorRecord ".join([head, *others])), french(tmp_path)]

    found = [
        {one.part: one.ancestors for one in load(paths, Options(), Report()) if one.code == FEVER}
        for paths in (files, files[::-1])
    ]

    assert len(others) == len(records) - 1
    assert found == [dict.fromkeys(("desc", "desc-fr"), ("D990002", "D990001", "D990004"))] * 2


@pytest.mark.parametrize("first", ["desc2025.xml", "fredesc2025.xml"])
def test_a_translation_and_the_english_leave_each_other_in_the_index(
    tmp_path: Path, first: str, index: Index, encoder: WordHash
) -> None:
    paths = sorted([DESC, french(tmp_path)], key=lambda path: path.name != first)

    for path in paths:
        ingest(load([path], Options(), Report()), "mesh", encoder, index)

    fevers = index.points([Condition("curies", ("mesh:D990003",)), CARD])
    assert {point.name for point in fevers} == {"Fr Blue Fever", "Zz Blue Fever"}
    assert {entry.origin for entry in index.manifest.loaded} == {"mesh/desc", "mesh/desc-fr"}


def test_two_files_of_one_language_are_refused(tmp_path: Path) -> None:
    second = written(tmp_path, french(tmp_path).read_text(encoding="utf-8"), "desc2026.xml")

    with pytest.raises(BadReleaseError, match=r"desc2026\.xml: a second desc-fr file beside .*fre"):
        loaded(french(tmp_path), second)


def test_a_second_file_that_is_cut_fails_before_anything_of_the_first_is_yielded(
    tmp_path: Path,
) -> None:
    cut = french(tmp_path)
    cut.write_text(cut.read_text(encoding="utf-8")[:-2000], encoding="utf-8")

    with pytest.raises(BadRecordError, match=r"fredesc2025\.xml, line \d\d\d: not well-formed XML"):
        next(load([DESC, cut], Options(), Report()))
