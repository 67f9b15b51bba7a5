"""What a text says: the records that are compared."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = ["Absence", "Context", "Facts", "Role", "Stated"]

#: Where a finding stands: in the patient now, in the past, or in the family; in the genes alone
#: ("sickle cell trait"); looked for ("screening for"), or thought of ("suspected").
Context = Literal["", "past", "family", "carried", "screened", "suspected"]

#: How an attribute is stated: in its own words; by a noun in passing; by a number after a noun
#: that numbers belong to (type 2); with a unit; by a number after any other word (SCA1), which
#: may be the last word of the text.
Role = Literal["said", "implied", "axis", "quantity", "loose", "last"]


class Stated(NamedTuple):
    """One attribute of which a text speaks."""

    attribute: str
    values: frozenset[str]  #: in a form in which equal means the same
    shown: str  #: for the reader: ``type 2``, ``0.5 g``
    role: Role = "said"
    of: str = ""  #: ``protein`` of protein kinase 6, ``blocker`` of beta blocker


class Absence(NamedTuple):
    """What a text says is not there, or not so."""

    words: frozenset[str]  #: stems; all of them are absent together
    shown: str
    by: str = "no "  #: or a prefix: ``non-``, ``un``, ``a``
    stated: tuple[Stated, ...] = ()  #: of what is absent: the left of "no left hip fracture"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says of the attributes that may contradict another text."""

    stated: tuple[Stated, ...] = ()
    absent: tuple[Absence, ...] = ()
    words: frozenset[str] = frozenset()  #: stems of what is not said to be absent
    context: Context = ""
    lacks: bool = False  #: speaks of a lack ("deficiency"), which no absence contradicts
    prefixed: frozenset[str] = frozenset()  #: stems behind a prefix: diabet of prediabetes
