"""What a phrase is about, and names that are only a part of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.concept import Name
from termsearch.headword import headword, names_a_modifier
from termsearch.index import Found
from termsearch.index.packed import packed
from termsearch.index.point import Point, points_of
from termsearch.lexicon import words
from termsearch.match import Asked
from termsearch.normalize import search_form, search_key
from termsearch.rank import best_of_each_concept
from tests.concepts import concept


def named(name: str, lang: str = "en") -> Point:
    """The point of a concept of that name."""
    return packed(
        points_of(concept("local", name, Name(text=name, lang=lang)), "test")[0][0]
    ).point()


@pytest.mark.parametrize(
    ("phrase", "about"),
    [
        ("ankle contractures", "contractures"),
        ("contractures of the ankle", "contractures"),
        ("weakness of the upper limb", "weakness"),
        ("pain due to cancer", "pain"),
        ("lymphoma, small-cell", "lymphoma"),
        ("breast and ovarian cancer", "cancer"),
        ("cleft lip/palate", "palate"),
        ("fever (finding)", "fever"),
        ("fracture [left side] of femur", "fracture"),
        ("cancer-associated anemia", "anemia"),
        ("asthma patients", "asthma"),
        ("symptoms of kidney failure", "failure"),
        ("ursolic acid sodium salt", "acid"),
        ("of the ankle", "ankle"),
        ("glutathione peroxidase 1", "1"),
        ("acute kidney injury stage 3", "injury"),
        ("von willebrand disease, type b", "disease"),
        ("stage 3 of kidney disease", "disease"),
        ("type 2", ""),
        ("in", ""),
        ("patients with symptoms", ""),
        ("", ""),
    ],
)
def test_the_head_is_what_a_phrase_is_about(phrase: str, about: str) -> None:
    assert headword(phrase) == " ".join(words(about) if about else [])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ankle contractures", "ankle"),
        ("cytokine storm syndrome", "cytokine"),
        ("ross river virus infection", "ross river virus"),
        ("loss of ambulation", "ambulation"),
        ("thyroid goiter", "thyroid"),
    ],
)
def test_a_part_of_the_words_is_told_from_what_they_are_about(asked: str, found: str) -> None:
    assert names_a_modifier(asked, found)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ankle contractures", "contracture"),
        ("ankle contractures", "stiff joints"),  # other words altogether
        ("ankle contractures", "contracture of ankle"),
        ("cytokine storm", "cytokine release syndrome"),  # its head is none of the words
        ("renal failure", "kidney failure"),
        ("asthma patients", "asthma"),
        ("amlodipine besylate", "amlodipine"),
        ("kidney injury stage 3", "kidney injury"),
        ("fever", "fever"),
        ("fever", ""),
        ("", "fever"),
    ],
)
def test_what_has_the_head_or_says_it_otherwise_is_no_mere_part(asked: str, found: str) -> None:
    assert not names_a_modifier(asked, found)


@given(st.text(max_size=40).map(search_form))
def test_the_head_is_one_of_the_words(form: str) -> None:
    head = headword(form)

    assert not head or " " not in head
    assert not names_a_modifier(form, form)


@pytest.mark.parametrize("query", ["ankle contractures", "contractures of the ankle"])
def test_what_is_asked_for_comes_before_where_it_is(query: str) -> None:
    asked = Asked(query, search_key(query), "auto")

    ranked = best_of_each_concept(
        asked, {"dense": [Found(named("Ankle"), 0.74), Found(named("Joint stiffness"), 0.8)]}
    )

    assert [match.point.name for match in ranked] == ["Joint stiffness", "Ankle"]
    assert [match.is_modifier for match in ranked] == [False, True]


def test_names_of_other_languages_are_not_read_so() -> None:
    asked = Asked("dolor abdominal", search_key("dolor abdominal"), "auto")

    (spanish,) = best_of_each_concept(asked, {"dense": [Found(named("Dolor", "es"), 0.8)]})
    (english,) = best_of_each_concept(asked, {"dense": [Found(named("Dolor", "en-GB"), 0.8)]})

    assert english.is_modifier
    assert not spanish.is_modifier
    assert spanish.score > english.score


@pytest.mark.parametrize("mode", ["dense", "lexical"])
def test_one_kind_of_evidence_alone_is_left_as_it_is(mode: str) -> None:
    asked = Asked("ankle contractures", search_key("ankle contractures"), mode)  # type: ignore[arg-type]

    (match,) = best_of_each_concept(asked, {mode: [Found(named("Ankle"), 0.74)]})  # type: ignore[dict-item]

    assert match.score == match.at_most
