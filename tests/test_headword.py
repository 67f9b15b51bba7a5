"""What a phrase is about, and names that are only a part of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.answer import Mode
from termsearch.concept import Name
from termsearch.headword import heads, names_a_modifier
from termsearch.index import Found
from termsearch.index.packed import packed
from termsearch.index.point import Point, points_of
from termsearch.lexicon import words
from termsearch.match import Asked
from termsearch.normalize import search_key
from termsearch.rank import best_of_each_concept
from tests.concepts import concept

#: Of clinicians; nothing that is read otherwise beside another word ("type i", "er+").
PHRASES = st.lists(
    st.sampled_from(
        [
            "acute",
            "ankle",
            "contractures",
            "fracture",
            "of",
            "due",
            "to",
            "and,",
            "knee",
            "(left)",
            "asthma",
            "patients",
            "chronic",
            "3",
            "stage",
            "tablet",
            "5",
            "mg",
            "diuretic",
            "allergy",
            "against",
            "history",
            "with",
            "/",
            "hepatitis",
        ]
    ),
    max_size=7,
).map(" ".join)


def named(name: str, lang: str = "en") -> Point:
    """The point of a concept of that name."""
    only = concept("local", name, Name(text=name, lang=lang))
    return packed(points_of(only, "test")[0][0]).point()


def is_modifier(asked: str, found: str) -> bool:
    return names_a_modifier(asked, search_key(asked), found, search_key(found))


@pytest.mark.parametrize(
    ("phrase", "about"),
    [
        ("ankle contractures", "contractures"),
        ("contractures of the ankle", "contractures"),
        ("vaccination against influenza", "vaccination"),
        ("vaccine w/ adjuvant", "vaccine"),
        ("rash when sweating", "rash"),
        ("weakness 2/2 stroke", "weakness"),
        ("fever (finding)", "fever"),
        ("fracture [left side] of femur", "fracture"),
        ("cancer-associated anemia", "anemia"),
        ("glutathione peroxidase 1", "1"),
        # whom it befalls, and how it is told
        ("asthma patients", "asthma"),
        ("symptoms of kidney failure", "failure"),
        ("severe attack of asthma", "asthma"),
        ("early signs of dementia", "dementia"),
        ("of the ankle", "ankle"),
        # qualifiers, doses and salts behind it
        ("asthma exacerbation acute", "asthma"),
        ("pneumonia unspecified", "pneumonia"),
        ("stroke 3 years ago", "stroke"),
        ("breast cancer her2 positive", "2"),
        ("amlodipine 5 mg", "amlodipine"),
        ("metoprolol succinate", "metoprolol"),
        ("acute kidney injury stage 3", "injury"),
        ("breast cancer stage iiia", "cancer"),
        ("heart failure nyha class iii", "failure"),
        ("von willebrand disease, type b", "disease"),
        ("stage 3 of kidney disease", "disease"),
        # particles
        ("passing out", "passing"),
        ("eyes far apart", "eyes"),
        ("flare up of gout", "gout"),
        # where nobody can tell
        ("arthritis knee", "arthritis knee"),
        ("amlodipine 5 mg tablet", "amlodipine tablet"),
        ("serum potassium", "serum potassium"),
        ("lupus erythematosus", "lupus erythematosus"),
        ("thiazide diuretic", "thiazide diuretic"),
        ("lymphoma, small-cell", "lymphoma cell"),
        ("nausea and vomiting", "nausea vomiting"),
        ("fever, cough", "fever cough"),
        ("hypertension + diabetes", "hypertension diabetes"),
        ("pneumonia versus bronchitis", "pneumonia bronchitis"),
        ("cleft lip/palate", "lip palate"),
        ("type 2", ""),
        ("in", ""),
        ("patients with symptoms", ""),
        ("", ""),
    ],
)
def test_the_head_is_what_a_phrase_is_about(phrase: str, about: str) -> None:
    assert heads(phrase) == {word for each in about.split() for word in words(each)}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ankle contractures", "ankle"),
        ("cytokine storm syndrome", "cytokine"),
        ("ross river virus infection", "ross river virus"),
        ("loss of ambulation", "ambulation"),
        ("vaccine against covid", "covid"),
        ("thyroid goiter", "thyroid"),
        ("passing out", "out"),
        ("kidney failure patients", "kidney"),
        ("asthma patients", "patients"),
    ],
)
def test_a_part_of_the_words_is_told_from_what_they_are_about(asked: str, found: str) -> None:
    assert is_modifier(asked, found)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ankle contractures", "contracture"),
        ("ankle contractures", "stiff joints"),  # other words altogether
        ("ankle contractures", "contracture of ankle"),
        ("cytokine storm", "cytokine release syndrome"),  # its last word is none of the words
        ("heart disease", "heart problem"),
        ("panic disorder", "panic attack"),
        ("cardiac infarction", "heart attack"),
        ("renal failure", "kidney failure"),
        ("asthma patients", "asthma"),
        ("eyes far apart", "wide-set eyes"),
        ("amlodipine besylate", "amlodipine"),
        ("ibuprofen tablets", "ibuprofen"),
        ("warfarin sodium", "warfarin"),
        ("serum potassium", "potassium"),
        ("kidney injury stage 3", "kidney injury"),
        ("arthritis knee", "arthritis"),
        ("fracture femur closed", "fracture"),
        ("nausea and vomiting", "nausea"),
        ("personal history of stroke", "stroke"),
        ("fever", "fever"),
        ("fever", ""),
        ("", "fever"),
    ],
)
def test_what_has_a_head_or_says_it_otherwise_is_no_mere_part(asked: str, found: str) -> None:
    assert not is_modifier(asked, found)


@given(PHRASES)
def test_heads_are_among_the_words_and_a_phrase_has_its_own(phrase: str) -> None:
    assert heads(phrase) <= set(words(phrase))
    assert not is_modifier(phrase, phrase)


@pytest.mark.parametrize("query", ["ankle contractures", "contractures of the ankle"])
def test_what_is_asked_for_comes_before_where_it_is(query: str) -> None:
    asked = Asked(query, search_key(query), "auto")

    ranked = best_of_each_concept(
        asked, {"dense": [Found(named("Ankle"), 0.74), Found(named("Joint stiffness"), 0.8)]}
    )

    assert [match.point.name for match in ranked] == ["Joint stiffness", "Ankle"]
    assert [match.is_modifier for match in ranked] == [False, True]


@pytest.mark.parametrize(("lang", "counts"), [("en-GB", True), ("de", False)])
def test_only_english_names_are_read_so(lang: str, counts: bool) -> None:
    asked = Asked("ankle contractures", search_key("ankle contractures"), "auto")

    (match,) = best_of_each_concept(asked, {"dense": [Found(named("Ankle", lang), 0.8)]})

    assert match.is_modifier is counts
    assert (match.score < match.at_most) is counts


@pytest.mark.parametrize("mode", ["dense", "lexical"])
def test_one_kind_of_evidence_alone_is_left_as_it_is(mode: Mode) -> None:
    asked = Asked("ankle contractures", search_key("ankle contractures"), mode)

    legs = {mode: [Found(named("Ankle"), 0.74)]} if mode in {"dense", "lexical"} else {}
    (match,) = best_of_each_concept(asked, legs)  # type: ignore[arg-type]

    assert match.score == match.at_most
