"""Words in one normal spelling: number, British and American, Greek, numerals, synonyms."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

import Stemmer

from termsearch.accents import unaccented
from termsearch.numerals import COUNTED, GREEK, ORDINALS, ROMAN

__all__ = ["inflected", "joined", "reversed_words", "signs_as_words", "words"]

#: Snowball in C. The one in Python (snowballstemmer) has the same stems, but mixes up the words of
#: two threads that ask at once ("abuse" became "abandon"), and takes 23 us a word for 1.
_STEMMER: Final = Stemmer.Stemmer("english", 0)  # no cache: ``_normal`` remembers

#: Shorter words are abbreviations as often as not, and lose their meaning with an ending.
_SHORTEST_STEMMED: Final = 3

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

#: "B12", "B-12", "IL6": the number is a word of its own, as it is in "IL 6".
_NUMBERED: Final = re.compile(r"\b([a-z]{1,5})-?(\d+)\b")

#: "ER+", "HER2+"; "ALK-" at the end or before what is said to be so. Neither an ion ("K+ channel"),
#: nor "pre- and postnatal", nor the hyphen of a word that a line's end broke: "end- stage".
_ION: Final = r"(?:h|li|nadp?|hco3|(?:k|na|ca|mg|mn|zn|fe|cu|cl)\d?)"
_PLUS: Final = re.compile(rf"\b(?!{_ION}\+)([^\W\d_][^\W_]{{0,5}})\+(?=[\s,;:/)\]]|$)")
#: What has a marker or has none: diseases, people and, behind a digit ("CD8-"), cells. A "mast-
#: cell" and a "skin- lesion" are broken, and another marker says that the first is one: "ER- PR+".
_MARKED: Final = (
    r"(?:breast|cancers?|carcinomas?|tumou?rs?|lymphomas?|leuka?emias?|alcl|aml|cml|nsclc|"
    r"acute|chronic|patients?|mothers?|wom[ae]n|[^\W_]{2,4}[-+](?!\w))"
)
_LONGEST_MARKER: Final = 4
_MINUS: Final = re.compile(
    rf"\b(?!{_ION}-)([^\W\d_][^\W_]{{0,{_LONGEST_MARKER - 1}}})-"
    rf"(?=[)\]](?!\w)|$|(?<=[^\W_]{{2}}-)\s{_MARKED}(?!\w)|(?<=\d-)\s(?:[bt]\s)?cells?(?!\w))"
)
#: "BMI > 30", "<= 5 mm", "less than 5".
_UNDER: Final = re.compile(r"(?:<=?|\bless than)\s*(?=\d)")
_OVER: Final = re.compile(r"(?:>=?|\b(?:more|greater) than)\s*(?=\d)")

#: Kept whole: the stem of hepatitis is that of hepatic, and sinusitis has that of sinus.
_INFLAMED: Final = "itis"

#: "t.b.", "p.d."
_DOTTED: Final = re.compile(r"\b(?:[a-z]\.){2,}")

#: Before a hyphen, these are no markers.
_UNSIGNED: Final = frozenset({
    "pre", "post", "non", "anti", "semi", "mid", "sub", "peri", "para", "endo", "exo", "co", "re",
    "de", "un", "bi", "tri", "bone", "lung", "skin",
    *GREEK, *(name for name in GREEK.values() if len(name) <= _LONGEST_MARKER),
})  # fmt: skip

#: "1st", "12th"
_NTH: Final = re.compile(r"(\d+)(?:st|nd|rd|th)")

#: Numerals of one letter are read as such only behind a word that calls for one: "vitamin i",
#: "x-linked" and "factor v" are told apart by it. "46,XX" and "47,XXX" are no numerals at all.
_NUMBERS: Final = (
    COUNTED
    | ORDINALS
    | {
        numeral: number
        for numeral, number in ROMAN.items()
        if len(numeral) > 1 and not numeral.startswith("xx")
    }
)
_LEVEL: Final = re.compile(
    r"\b(types?|subtypes?|stages?|grades?|class|group|category|complex|phase|factor|degree|level|"
    r"form|nerve|bipolar) (i|v|x)\b"
)

#: British to American, on both sides, so that it does not matter whether a word really has an
#: American spelling ("aerobic" becomes "erobic" in names and in queries alike).
_AMERICAN: Final = tuple(
    (re.compile(pattern), american)
    for pattern, american in (
        ("ae|oe", "e"),
        ("sulph", "sulf"),
        (r"our(s|ed|al|ous)?$", r"or\1"),
        (r"is(e|ed|ing|ation|ations)$", r"iz\1"),
        (r"ys(e|ed|ing)$", r"yz\1"),
        ("(cent|lit|met|fib|tit)re(s?)$", r"\1er\2"),
    )
)

#: No spelling to choose in toe, toes and shoe.
_LONGEST_AS_IT_IS: Final = 4

#: Words that tell no two names apart. "NOS" and "unspecified" are one (ICD-10-CM Official
#: Guidelines, section I.A.6), and say that nothing more is said.
_EMPTY: Final = frozenset({"of", "the", "an", "in", "on", "at", "to", "for", "and", "or",
                           "by", "nos", "unspecified", "due", "as", "is"})  # fmt: skip

#: "A" is an article first in a text and behind these. Elsewhere it is a letter: left out, vitamin A
#: deficiency had the key of vitamin deficiency, as 103 pairs of MeSH had one; eight are left.
_BEFORE_ARTICLE: Final = frozenset({*_EMPTY, "with", "without", "from", "has", "had", ""})

#: Two forms with the same letters differ in length by so many blanks and endings at the most.
_MOST_SEAMS: Final = 6
_ENDING: Final = 3
#: Without what joins words and what makes a plural.
_LETTERS: Final = str.maketrans("", "", " -s'()")

#: What can be the plural of a word: of letters, a vowel among them.
_PLURAL: Final = re.compile(r"(?=[a-z]*[aeiouy])[a-z]{3,}s")

#: Never a part of the word beside it.
_STANDS_ALONE: Final = frozenset({*_EMPTY, "a", "no", "not"})

#: Words that say what comes of what, or goes where; with them in both, order is meaning.
_DIRECTED: Final = frozenset({"to", "by", "vs", "versus", "directed"})
_BESIDE_DIRECTED: Final = frozenset({"secondary", "caused", "induced"})

#: Stems that stand for one another in names of diseases and findings: the noun and the
#: adjective of an organ, and words that clinicians use alike. Chosen from the misses on the
#: training split and from medical usage; few, since a wrong pair makes a wrong match exact.
_SAME: Final = {
    "neoplasm": "tumor", "neoplasia": "tumor",
    "disord": "diseas", "ailment": "diseas",
    "anomali": "abnorm", "malform": "abnorm", "abnormal": "abnorm",
    "renal": "kidney", "cardiac": "heart", "hepat": "liver", "pulmonari": "lung",
    "cutan": "skin", "dermal": "skin", "ocular": "eye", "gastric": "stomach",
    "inherit": "hereditari", "famili": "hereditari", "heredit": "hereditari",
}  # fmt: skip


_SAME_WORDS: Final = frozenset(_SAME.values())


def words(form: str) -> list[str]:
    """The words of a search form, each in its normal spelling, in order."""
    return [*map(_normal, _telling(form))] or [*map(_normal, _split(form))]


def _telling(form: str) -> Iterator[str]:
    """Words that tell names apart, as written."""
    before = ""
    for word in _split(form):
        if word not in _EMPTY and not (word == "a" and before in _BEFORE_ARTICLE):
            yield word
        before = word


def signs_as_words(form: str) -> str:
    """``form`` with the signs that turn a meaning round as words: "ER-", "BMI > 30"."""
    if "-" in form:
        form = _MINUS.sub(_negative, form)
    if "+" in form:
        form = _PLUS.sub(r"\1 positive", form)
    if not form.isascii():
        form = form.replace("≤", "<").replace("≥", ">")
    if "<" in form or ">" in form or " than " in form:  # 0.1 us for 1.4
        form = _OVER.sub("over ", _UNDER.sub("under ", form))
    return form


def _negative(marker: re.Match[str]) -> str:
    return marker[0] if marker[1] in _UNSIGNED else f"{marker[1]} negative"


def _split(form: str) -> list[str]:
    """As written but for signs, Greek letters, accents, numerals and dots between initials."""
    form = signs_as_words(form)  # before there are blanks around alpha: "tnf-α" is no "tnf- "
    if not form.isascii():
        for letter, name in GREEK.items():
            form = form.replace(letter, f" {name} ")
        form = unaccented(form)
    form = _NUMBERED.sub(r"\1 \2", form)
    if "." in form:
        form = _DOTTED.sub(lambda initials: initials[0].replace(".", ""), form)
    if " i" in form or " v" in form or " x" in form:
        form = _LEVEL.sub(lambda level: f"{level[1]} {ROMAN[level[2]]}", form)
    return _WORD.findall(form)


def inflected(one: str, other: str) -> bool:
    """Whether two search forms of one word each are that word in the singular or plural.

    Words of one stem can be further apart: "diabetes" and "Diabetal", a drug.
    """
    ours, theirs = (set(map(_singular, _telling(form))) for form in (one, other))
    return ours == theirs or any(word in _SAME_WORDS for word in words(one))


def joined(one: str, other: str) -> bool:
    """Whether two search forms differ in what they write as one word, and in number at the most.

    "Pre-auricular pits" and "preauricular pit", "health care" and "healthcare", "5mg" and "5 mg".
    """
    # Most pairs differ from the first letter on or in length: 0.2 us to see it, 20 for the words.
    if one[:1] != other[:1] or abs(len(one) - len(other)) > _MOST_SEAMS:
        return False
    letters, their_letters = one.translate(_LETTERS), other.translate(_LETTERS)
    stem = min(len(letters), len(their_letters)) - _ENDING
    if letters[:stem] != their_letters[:stem]:
        return False
    ours, theirs = _pieces(one), _pieces(other)
    if "".join(ours) != "".join(theirs):
        return False
    seams, their_seams = _seams(ours), _seams(theirs)
    apart = [seams[at] for at in seams.keys() - their_seams.keys()]
    apart += [their_seams[at] for at in their_seams.keys() - seams.keys()]
    return bool(apart) and all(_means_nothing(*seam) for seam in apart)


def _pieces(form: str) -> list[str]:
    """As written, words in the singular; no plural ends "HLA-DS", "PCMBS" and "CD15s"."""
    bare = (word.removesuffix("'s").replace("'", "") for word in _split(form))
    return [_in_singular(word) if _PLURAL.fullmatch(word) else word for word in bare]


def _seams(pieces: Sequence[str]) -> dict[int, tuple[str, str]]:
    """The words on both sides of each seam, by the letters before it."""
    return dict(zip(accumulate(map(len, pieces)), pairwise(pieces), strict=False))


def _means_nothing(before: str, after: str) -> bool:
    """Whether a blank between these may as well not be there.

    It may not in "a typical", "in active", "protein s", "retin a" and "12 5".
    """
    if before in _STANDS_ALONE or after in _STANDS_ALONE:
        return False
    if before[-1:].isdigit():
        return not after[:1].isdigit()
    return len(after) > 1


def reversed_words(one: str, other: str) -> bool:
    """Whether two search forms of the same words say that of each other: "right to left shunt"."""
    ours, theirs = _directed(one), _directed(other)
    if not ours or not theirs:
        return False
    (before, after), (their_before, their_after) = ours, theirs
    return before != their_before and before <= their_after and their_before <= after


def _directed(form: str) -> tuple[set[str], set[str]] | None:
    """The words before and behind the first that gives a direction."""
    split = _split(form)
    at = next((n for n, word in enumerate(split) if word in _DIRECTED), 0)
    sides = split[:at], split[at + 1 :]
    unsaid = _EMPTY | _BESIDE_DIRECTED
    before, after = ({_normal(word) for word in side if word not in unsaid} for side in sides)
    return (before, after) if before else None


def _singular(word: str) -> str:
    return _in_singular(_american(word))


def _in_singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word.removesuffix("s")


def _american(word: str) -> str:
    word = word.removesuffix("'s").replace("'", "")
    if len(word) <= _LONGEST_AS_IT_IS:
        return word
    for pattern, american in _AMERICAN:
        word = pattern.sub(american, word)
    return word


@lru_cache(100_000)
def _normal(word: str) -> str:
    """One word: American spelling, Arabic numerals, stem, one word for each pair of synonyms."""
    bare = word.removesuffix("'s").replace("'", "")
    if bare in _NUMBERS:
        return _NUMBERS[bare]
    if nth := _NTH.fullmatch(bare):
        return nth[1]
    word = _american(word)
    if word.endswith(_INFLAMED):
        return word
    if word.isalpha() and len(word) > _SHORTEST_STEMMED:
        word = _STEMMER.stemWord(word)
    return _SAME.get(word, word)
