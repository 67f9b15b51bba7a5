"""Words that change a meaning and exclude nothing: a name that has them alone goes behind."""

import pytest

from termsearch.conflict import conflicts, facts, shades
from termsearch.index import Found
from termsearch.index.packed import packed
from termsearch.index.point import Point, points_of
from termsearch.match import Asked
from termsearch.normalize import search_key
from termsearch.rank import best_of_each_concept
from tests.concepts import concept


def named(name: str) -> Point:
    """The point of a concept of that name."""
    return packed(points_of(concept("local", name, name), "test")[0][0]).point()


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("prediabetes", "Diabetes", 1),
        ("post-menopausal bleeding", "Menopausal bleeding", 1),
        ("hyperthyroid storm", "Thyroid storm", 1),
        ("suspected pneumonia", "Pneumonia", 1),
        ("antihypertensive agents", "Hypertensive agents", 1),
        ("sickle cell traits", "Sickle cell disease", 1),
        ("cystic fibrosis carrier", "Cystic fibrosis", 1),
        ("screening for breast cancer", "Breast cancer", 1),
        ("antibody", "Body", 0),
        ("r/o pneumonia", "Pneumonia", 1),
        ("pneumonia, rule out", "Pneumonia", 1),
        ("possible prediabetes", "Diabetes", 2),
        ("prediabetes", "Prediabetes mellitus", 0),
        ("suspected pneumonia", "Pneumonia suspected", 0),
        ("prediabetes and diabetes", "Diabetes", 0),
        ("pneumonia", "Bronchitis", 0),
    ],
)
def test_what_shades_a_meaning_is_counted_from_either_side(
    one: str, other: str, count: int
) -> None:
    ours, theirs = facts(one), facts(other)

    assert (shades(ours, theirs), shades(theirs, ours)) == (count, count)
    assert not conflicts(ours, theirs)


@pytest.mark.parametrize(
    ("query", "agrees", "other"),
    [
        ("diabetes in pregnancy", "Diabetes in pregnant mothers", "Prediabetes in pregnancy"),
        ("prediabetes in women", "Prediabetes of mothers", "Diabetes in women"),
        ("suspected pneumonia of infants", "Pneumonia suspected in babies", "Pneumonia of infants"),
    ],
)
def test_a_name_of_another_shade_goes_behind_one_that_agrees(
    query: str, agrees: str, other: str
) -> None:
    asked = Asked(query, search_key(query), "auto")
    found = [Found(named(agrees), 0.9), Found(named(other), 0.9)]

    ranked = best_of_each_concept(asked, {"dense": found})

    assert [match.point.name for match in ranked] == [agrees, other]
    assert ranked[1].at_most > ranked[0].score, "it would go first, but for its shade"
    assert not ranked[1].conflicts
