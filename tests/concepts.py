"""Invented concepts that several tests ingest."""

from termsearch.concept import Concept, Kind, Name, SemanticType, Source
from termsearch.index.packed import Packed, packed
from termsearch.index.point import Point

__all__ = ["ALL", "ANKLE", "COUGH", "FEVER", "HIGH_FEVER", "OLD_FEVER", "SIGNS", "concept",
           "falsified"]  # fmt: skip

SIGN = SemanticType("C23", "Signs and Conditions", "C", "Diseases")
FINDING = SemanticType("T184", "Sign or Symptom", "DISO", "Disorders")
BODY = SemanticType("body structure", "body structure")


def concept(vocabulary: str, code: str, *names: str | Name, **more: object) -> Concept:
    """A concept whose first name is preferred."""
    made = [name if isinstance(name, Name) else Name(text=name) for name in names]
    made[0] = made[0].model_copy(update={"kind": Kind.PREFERRED})
    return Concept(vocabulary=vocabulary, code=code, names=tuple(made), **more)


SIGNS = concept("mesh", "D990001", "Signs and Symptoms", types=(SIGN,), release="2026", part="desc")
FEVER = concept(
    "mesh", "D990002", "Fever", "Pyrexia", "fever", "high body temperature",
    types=(SIGN,), parents=("D990001",), ancestors=("D990001",), definition="Being too hot.",
    release="2026", part="desc",
)  # fmt: skip
HIGH_FEVER = concept(
    "mesh", "D990003", "Hyperpyrexia", "very high fever",
    types=(SIGN,), parents=("D990002",), ancestors=("D990002", "D990001"),
    release="2026", part="desc",
)  # fmt: skip
COUGH = concept(
    "umls", "C9900001", "Coughing",
    Name(text="cough", sources=(Source("snomedct", "19999991", "PT"), Source("mesh", "D9", "MH"))),
    Name(text="tos", lang="es"),
    types=(FINDING,), replaces=("C9900000",), release="2026XX",
)  # fmt: skip
ANKLE = concept("snomedct", "29999992", "Ankle", "left ankle", types=(BODY,), release="20260101")
OLD_FEVER = concept(
    "snomedct", "39999993", "Febrile state", active=False, replaced_by=("29999992",),
    types=(BODY,), release="20260101",
)  # fmt: skip
ALL = (SIGNS, FEVER, HIGH_FEVER, COUGH, ANKLE)


def falsified(point: Point, **fields: object) -> Packed:
    """``point``, read from an index, saying something else under its old digest."""
    false = point.model_copy(update=fields)
    said = false.model_dump_json(exclude_defaults=True)
    return packed(false)._replace(said=said, digest=point.digest)
