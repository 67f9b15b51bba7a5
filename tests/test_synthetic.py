"""The synthetic release is a release, and the fake encoder an encoder."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.synthetic import LANGS, FakeEncoder, write_release
from termsearch.index.point import points_of
from termsearch.loader import Options, Report, find_loader


def test_a_release_has_as_many_rows_and_names_as_asked_for(tmp_path: Path) -> None:
    concepts = write_release(tmp_path, rows=2_500, names=1_000)
    report = Report()

    read = list(find_loader("umls").load([tmp_path], Options(langs=LANGS, hierarchy=True), report))

    assert len(read) == concepts
    assert report.read == 2_500
    assert sum(len(points_of(each, "umls")[0]) for each in read) == 1_000
    assert all(each.types for each in read)
    assert [each.code for each in read if not each.ancestors] == [read[0].code]


def test_the_same_sizes_write_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        write_release(tmp_path / folder, rows=300, names=100)

    one, other = (
        {file.name: file.read_bytes() for file in (tmp_path / folder).iterdir()}
        for folder in ("one", "other")
    )
    assert one == other


def test_more_names_than_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a name needs a row"):
        write_release(tmp_path, rows=1, names=2)


def test_names_that_share_words_or_pieces_point_the_same_way() -> None:
    encoder = FakeEncoder(256)

    fever, high, cough, fevers = encoder.encode(["fever", "high fever", "cough", "fevers"])

    assert np.linalg.norm(high) == pytest.approx(1, abs=1e-5)
    assert fever @ high > 0.5 > fever @ cough
    assert fever @ fevers > 0.5
