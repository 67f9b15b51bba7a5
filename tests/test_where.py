"""What users ask for, in the engine's conditions."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from termsearch.concept import SemanticType
from termsearch.encoder import EncoderCard
from termsearch.index.manifest import Loaded, Manifest
from termsearch.index.point import points_of
from termsearch.index.where import Condition, Where
from tests.concepts import FEVER, SIGN, concept

CARD = EncoderCard(model="m", weights="w", tokenizer="t", pooling="cls", dimension=8, max_tokens=25)
PAIN = SemanticType("C10", "Pain", "C", "Diseases")
DRUG = SemanticType("D01", "Drug", "D", "Chemicals")


def manifest(*kinds: SemanticType) -> Manifest:
    return Manifest(
        encoder=CARD, loaded=(Loaded(vocabulary="mesh", origin="mesh/desc", types=kinds),)
    )


def asked(*names: str, of: Manifest) -> tuple[Condition, ...]:
    return Where(types=names).conditions(of)


def test_a_whole_group_is_asked_for_as_one_value() -> None:
    index = manifest(SIGN, PAIN, DRUG)

    assert asked("C", of=index) == (Condition("groups", ("C",)),)
    assert asked("diseases", of=index) == (Condition("groups", ("C",)),)
    assert asked("Pain", "c23", of=index) == (Condition("groups", ("C",)),)


def test_a_part_of_a_group_is_asked_for_by_its_types() -> None:
    index = manifest(SIGN, PAIN, DRUG, SemanticType("finding", "finding"))

    assert asked("C23", of=index) == (Condition("types", ("C23",)),)
    assert asked("C", "finding", of=index) == (Condition("types", ("C23", "C10", "finding")),)


def test_a_name_carries_the_groups_of_its_types_once() -> None:
    both = concept("mesh", "D1", "Both", types=(SIGN, PAIN, DRUG, SemanticType("x", "x")))

    (point,) = points_of(both, "mesh/desc")[0]

    assert point.groups == ("C", "D")
    assert {point.groups for point in points_of(FEVER, "mesh/desc")[0]} == {("C",)}


def test_filters_that_say_the_same_are_equal_whatever_they_are_written_in() -> None:
    several = Where(vocabularies=("mesh",), types=("C",), langs=("en", "es"))
    loose: dict[str, Any] = {"vocabularies": ["mesh"], "types": "C", "langs": ["en", "es"]}

    assert Where(**loose) == several
    assert hash(Where(**loose)) == hash(several)


CODES = ("C", "D", "C01", "C02", "D01", "X")
GROUPS = ("", "C", "D", "X")


@given(
    kinds=st.dictionaries(st.sampled_from(CODES), st.sampled_from(GROUPS), min_size=1),
    names=st.lists(st.sampled_from(CODES), min_size=1, max_size=3),
    own=st.sets(st.sampled_from(CODES)),
)
def test_a_filter_of_types_leaves_the_names_that_have_one_by_code_or_group(
    kinds: dict[str, str], names: list[str], own: set[str]
) -> None:
    known = {code: SemanticType(code, f"name of {code}", group) for code, group in kinds.items()}
    names = [name for name in names if name in {*kinds, *kinds.values()}]
    types = tuple(kind for code, kind in known.items() if code in own)
    (point,) = points_of(concept("mesh", "D1", "One", types=types), "mesh/desc")[0]

    conditions = asked(*names, of=manifest(*known.values()))

    held = all(set(values) & set(getattr(point, field)) for field, values in conditions)
    assert held == (not names or any({kind.code, kind.group} & set(names) for kind in types))
