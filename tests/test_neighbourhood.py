"""The map of a query's neighbourhood: what lies on it, and that it says no more than it can."""

from typing import Any

import numpy as np
import pytest

from termsearch.neighbourhood import Neighbourhood, neighbourhood
from tests.serving import Shelf, get


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def laid_out(shelf: Shelf, text: str, limit: int = 60) -> Neighbourhood:
    with shelf.open() as search:
        vector = search.vector(text)
        assert vector is not None
        return neighbourhood(search.index, text, vector, limit=limit)


def test_names_come_nearest_first_with_their_cosine(shelf: Shelf) -> None:
    told = laid_out(shelf, "high fever")

    cosines = [each.similarity for each in told.results]
    first, second = shelf.encoder.encode(["high fever", "very high fever"])
    assert cosines == sorted(cosines, reverse=True)
    assert told.results[0].name == "very high fever"
    assert cosines[0] == pytest.approx(float(first @ second), abs=1e-3)


def test_a_name_that_is_the_query_lies_where_the_query_does(shelf: Shelf) -> None:
    told = laid_out(shelf, "Fever")

    same = [each for each in told.results if each.name == "Fever"]
    assert [(each.x, each.y) for each in same] == [(told.x, told.y)] * len(same)
    assert same


def test_the_same_query_gives_the_same_map(shelf: Shelf) -> None:
    assert laid_out(shelf, "high fever") == laid_out(shelf, "high fever")


def test_a_plane_keeps_all_there_is_of_three_points_and_their_distances(shelf: Shelf) -> None:
    told = laid_out(shelf, "high fever", limit=2)

    names = [each.name.casefold() for each in told.results]
    vectors = shelf.encoder.encode(["high fever", *names])
    places = np.array([(told.x, told.y), *((each.x, each.y) for each in told.results)])
    near, far = np.linalg.norm(vectors[1:] - vectors[0], axis=1)
    flat_near, flat_far = np.linalg.norm(places[1:] - places[0], axis=1)
    assert told.kept == 1
    assert flat_near / flat_far == pytest.approx(near / far, abs=1e-2)


def test_a_query_without_words_has_no_neighbours(shelf: Shelf) -> None:
    told = get(shelf.app(), "/neighbourhood?q=+").json()

    assert told["results"] == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("q=fever&vocab=mush", 400),
        ("q=fever&limit=201", 422),
        ("q=", 422),
        ("q=a&vocabulary=b", 422),
    ],
)
def test_what_can_not_be_asked_is_refused(shelf: Shelf, asked: str, status: int) -> None:
    assert get(shelf.app(), f"/neighbourhood?{asked}").status_code == status


def test_filters_keep_other_vocabularies_off_the_map(shelf: Shelf) -> None:
    told: dict[str, Any] = get(shelf.app(), "/neighbourhood?q=fever&vocab=umls").json()

    assert {each["vocabulary"] for each in told["results"]} == {"umls"}
