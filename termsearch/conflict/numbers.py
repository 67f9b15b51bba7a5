"""Numbers as names write them: 3, III, three, third, IIIb; 0.5 g, 500 mg; 250 mg/5 ml."""

import re
from typing import NamedTuple

from termsearch.conflict.words import listed
from termsearch.numerals import COUNTED, GREEK, ROMAN

__all__ = ["AXES", "Quantity", "Unit", "amount", "numeral", "unit"]

_GREEK_NAMES = frozenset(GREEK.values())

_NOUNS = listed(
    "type subtype stage grade class phase trimester degree group subgroup category level factor "
    "trisomy monosomy chromosome complex nerve serotype genotype zone hepatitis vitamin influenza "
    "hemophilia bipolar"
)


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


#: Nouns that a number, a Roman numeral or a letter is the value of; each with its plural.
AXES = {form: noun for noun in _NOUNS for form in (noun, _plural(noun))}
AXES |= {"hep": "hepatitis", "haemophilia": "hemophilia", "haemophilias": "hemophilia"}

#: Here a single letter is a letter, never a Roman numeral: chromosome X, vitamin C.
_LETTERED = frozenset({"chromosome", "hepatitis", "vitamin", "influenza", "hemophilia"})

_DIGITS = re.compile(r"0*(\d{1,4})([a-z]?)")
_ROMAN = re.compile(r"([ivx]+)([a-e]?)")
_LETTER = re.compile(r"[a-z]\d{0,2}")


def numeral(token: str, noun: str = "") -> str:
    """What ``token`` says of ``noun``: "3", "3b", "c"; empty if it is no value.

    Without a noun only digits and Roman numerals of two letters and more are numbers.
    """
    if digits := _DIGITS.fullmatch(token):
        return "".join(digits.groups())
    if noun and token in COUNTED:
        return COUNTED[token]
    letter = _LETTER.fullmatch(token)
    if letter and noun in _LETTERED:
        return token
    if (noun or len(token) > 1) and (roman := _roman(token)):
        return roman
    return token if noun and (letter or token in _GREEK_NAMES) else ""


def _roman(token: str) -> str:
    found = _ROMAN.fullmatch(token)
    return f"{ROMAN[found[1]]}{found[2]}" if found and found[1] in ROMAN else ""


class Unit(NamedTuple):
    """What a unit measures, and how much of it in the unit that others are converted to."""

    dimension: str
    factor: float


#: dimension -> factor to its base unit -> spellings.
_UNITS: dict[str, dict[float, str]] = {
    "mass": {
        1e-6: "ng nanogram nanograms",
        1e-3: "mcg ug μg microgram micrograms microgramme microgrammes",
        1: "mg mgs milligram milligrams milligramme milligrammes",
        1e3: "g gm gram grams gramme grammes",
        1e6: "kg kilogram kilograms",
    },
    "volume": {
        1e-3: "ul μl microliter microliters microlitre microlitres",
        1: "ml mls milliliter milliliters millilitre millilitres cc",
        100: "dl deciliter deciliters decilitre",
        1e3: "l liter liters litre litres",
    },
    "length": {
        1e-3: "μm micrometer micrometre micron microns",
        1: "mm millimeter millimeters millimetre millimetres",
        10: "cm centimeter centimeters centimetre centimetres",
        1e3: "meter meters metre metres",
    },
    "time": {
        1 / 1440: "minute minutes min",
        1 / 24: "hour hours hr hrs",
        1: "day days",
        7: "week weeks wk wks",
        30: "month months",
        365: "year years yr yrs",
    },
    "activity": {1: "iu unit units u", 1e3: "ku", 1e6: "mu miu"},
    "share": {1: "% percent"},
    "substance": {1e-3: "umol μmol micromole", 1: "mmol millimole millimoles", 1e3: "mol mole"},
    "equivalents": {1: "meq"},
    "pressure": {1: "mmhg", 7.50062: "kpa"},
    "dose": {1: "gy gray", 1e-2: "cgy"},
}
_BY_SPELLING = {
    spelling: Unit(dimension, factor)
    for dimension, factors in _UNITS.items()
    for factor, spellings in factors.items()
    for spelling in spellings.split()
}


def unit(token: str) -> Unit | None:
    """The unit that ``token`` spells."""
    return _BY_SPELLING.get(token)


_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")


def amount(digits: str) -> float | None:
    """The number written: 1,000 is a thousand, 0,5 a half; None for a list ("1,2,3")."""
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    try:
        return float(digits.replace(",", "."))
    except ValueError:
        return None


class Quantity(NamedTuple):
    """A number with its unit, in base units: ``("mass", 500.0)``, ``("mass/volume", 50.0)``."""

    dimension: str
    value: float

    def per(self, below: "Quantity") -> "Quantity":
        """This much in each ``below``: 250 mg per 5 ml is 50 mg/ml."""
        return Quantity(f"{self.dimension}/{below.dimension}", self.value / below.value)

    @property
    def canonical(self) -> str:
        """Equal for equal quantities; nine digits absorb what conversion rounds."""
        return f"{self.value:.9g}"
