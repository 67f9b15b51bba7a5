"""Invented identifiers in the publishers' own shapes, each a function of a concept's number.

A concept keeps its codes for as long as it keeps its number in ``concepts.tsv``; nothing depends
on the order of the rows.
"""

__all__ = [
    "MODULE",
    "NAMESPACE",
    "check_digit",
    "chv",
    "concept_sctid",
    "cui",
    "description_sctid",
    "mesh_concept",
    "mesh_descriptor",
    "mesh_supplementary",
    "mesh_term",
    "relationship_sctid",
    "sctid",
]

#: Seven digits, as SNOMED International hands them out to extension makers. Its list counts up
#: from 1000000, so this end of the range is far from any that is in use.
NAMESPACE = "9999999"

# The Verhoeff scheme: multiplication in the dihedral group D5, and one permutation per place.
# https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification (6.5)
_MULTIPLY = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)
_SHIFT = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def cui(number: int) -> str:
    """A UMLS concept identifier from C9900001 on."""
    return f"C990{number:04d}"


def chv(number: int) -> str:
    """A Consumer Health Vocabulary code from 0099000001 on."""
    return f"0099{number:06d}"


def mesh_descriptor(number: int) -> str:
    """A MeSH descriptor from D990001 on."""
    return f"D99{number:04d}"


def mesh_supplementary(number: int) -> str:
    """A MeSH supplementary record from C990001 on."""
    return f"C99{number:04d}"


def mesh_concept(number: int, place: int) -> str:
    """The MeSH concept at ``place`` (1 to 9) of a record, from M9900011 on."""
    return f"M99{number:04d}{place}"


def mesh_term(number: int, place: int) -> str:
    """The MeSH term at ``place`` (1 to 99) of a record, from T99000101 on."""
    return f"T99{number:04d}{place:02d}"


def concept_sctid(number: int) -> str:
    """A SNOMED CT concept identifier of the extension (partition 10)."""
    return sctid(1000 + number, "10")


def description_sctid(number: int, place: int) -> str:
    """The description at ``place`` (1 to 99) of a concept (partition 11)."""
    return sctid((1000 + number) * 100 + place, "11")


def relationship_sctid(number: int, place: int) -> str:
    """The relationship at ``place`` (1 to 9) of a concept (partition 12)."""
    return sctid((1000 + number) * 10 + place, "12")


def sctid(item: int, partition: str) -> str:
    """Item, namespace, partition and Verhoeff check digit as one SNOMED CT identifier."""
    digits = f"{item}{NAMESPACE}{partition}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The Verhoeff digit that belongs after ``digits``."""
    check = 0
    for place, digit in enumerate(reversed(digits), start=1):
        check = _MULTIPLY[check][_permuted(int(digit), place)]
    return str(_INVERSE[check])


def _permuted(digit: int, place: int) -> int:
    for _ in range(place % 8):
        digit = _SHIFT[digit]
    return digit


#: The module that every SNOMED CT row of the demo belongs to.
MODULE = sctid(1, "10")
