"""A point ready to be stored: texts, made beside the engine and passed between processes.

The embedded engine's binding makes a value of its own of every Python value, one by one (0.9.0:
3.5 us a string, 5 us a list and 5 us each string in it): 135 us for a point of nineteen fields,
15 us for three strings. And it keeps an index for each field, 30 us a point for eleven of them; one
index of words takes 10. So all that a point says is one JSON text, and all that it can be found by
are the words of another: ``types:T047 lang:en flags:active``.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from termsearch.abbreviations import variants
from termsearch.grams import hashes
from termsearch.index.point import Point, not_ours, said_by
from termsearch.index.where import KEYWORDS
from termsearch.lexicon import words
from termsearch.normalize import search_form, search_key

__all__ = [
    "DIGEST",
    "FACTS",
    "SAID",
    "Packed",
    "fact",
    "packed",
    "rules",
    "spelling_of",
    "unpacked",
]

#: The field whose words are the facts. Words are parted at blanks and compared letter by letter.
FACTS = "facts"
#: Apart from the rest, so that it can be looked up without it.
DIGEST = "digest"
#: All that the point says.
SAID = "said"

#: Parts the facts until their own blanks are written out: in no text, and no white space.
_BETWEEN = "\0"
#: Fields with one value, and with any number.
_SINGLE = [field for field in KEYWORDS if Point.model_fields[field].annotation is str]
_SEVERAL = [field for field in KEYWORDS if field not in _SINGLE]

_WHITE = re.compile(r"\s")

#: Names that :func:`rules` looks at: each entry of the tables of ``normalize`` and ``lexicon``, and
#: each alternative and limit of their patterns and those of ``accents`` and ``abbreviations``, has
#: something to change in one of them (tests/test_rules.py leaves out one after the other). Of what
#: a stemmer knows, of accents and of pieces there are examples only.
_SPECIMENS: Final = (
    "  High\tFEVER `of` \n",
    "Crohn’s disease ‘zz’ “zz” ″ – — ﹣ hyper\u00adtension\u200b",
    "H₂O ﬁbrosis STRASSE straße µg Me\u0301nie\u0300re Å ﾊ",
    "Anemia, Hemolytic; haemolytic anaemias, Crohn's",
    "oesophagitis hepatitis maxillary sinusitis sinus sinuses",
    "tumours labour vaporous coloured behavioural sulphates oedema aerobic shoe toes",
    "generalised generalising generalisation organisations analyse analysed analysing",
    "centre litres kilometre fibres titre",
    "biopsies abscesses reflexes boxes fractures feet organ organism international internal",
    "neoplasm neoplasia tumor disorder ailment disease anomaly malformation abnormality abnormale",
    "renal kidney cardiac heart hepatic liver pulmonary lung cutaneous dermal skin",
    "ocular eye gastric stomach inherited familial hereditary heredital",
    "of a the a an a in a on a at a to a for a and a or a by a nos a due a as a is a zz",
    "a rash with a fever without a cough from a cold, has a had a sign",
    "vitamin A deficiency, vitamin i dry",
    "one two three four five six seven eight nine ten",
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
    "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx",
    "1st 2nd 3rd 12th",
    "type i types v subtype x subtypes i stage i stages v grade i grades i class i group i",
    "category i complex i phase i factor v degree i level i form i nerve x bipolar i",
    "α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ τ υ φ χ ψ ω ς-thalassaemia",
    "vitamin B-12, B12, IL6, IL-6, covid19 t.b. p.d. 5mg 1.25 mg 12/5",
    "HER2+ breast cancer, ER+; (PR-) K+ channel, Na+, NADP+, pre- and post-natal",
    "ALCL ALK- to ER- x-linked anti-D non-A",
    "BMI < 30, <= 5, ≤ 6, > 3, >= 4, ≥ 7, less than 5, more than 8, greater than 9",
    "Herzinfarkt Nierenerkrankungen Brüche Füße",
    "maladies cardiaques œdème, fièvres aiguës",
    "enfermedades del corazón, niños y niñas; doenças, corações; malattie acute",
    "hjärtinfarkter sjukdomar, ziekten, źrebię łódź ø æ",
    "болезни сердца, ёлка",
    "καρδιακή νόσος 心筋梗塞 がん निदान सूची",
    "MI - Myocardial infarction",
    "MS – Multiple sclerosis",
    "Glucose-6-phosphate dehydrogenase (G6PD; EC 1.1.1.49) deficiency",
    "COPD (chronic obstructive pulmonary disease)",
    "Acute lymphoblastic leukemia [A.L.L.]",
    "Fever (finding), not an Abbreviation (NAA)",
    "z‐z z‑z z‒z z–z z—z z―z z−z z﹘z z﹣z z－z z‘z z’z z‛z zʼz z´z z`z z′z z“z z”z z„z z‟z z″z",
    "z\u00adz\u200bz\u200cz\u200dz\u200ez\u200fz\u2060z\ufeffz q\u0300q q\u036fq",
    "er+, er+; er+: er+/er+) er+] z+ abcdef+ abcdefg+ 5+ er+",
    "h+ li+ nad+ nadp+ k+ na+ ca+ mg+ mn+ zn+ fe+ cu+ cl+ k2+ zz",
    "h-) li-) nad-) nadp-) k-) na-) ca-) mg-) mn-) zn-) fe-) cu-) cl-) k2-)",
    "pre- z post- z non- z anti- z semi- z mid- z sub- z peri- z para- z endo- z exo- z",
    "co- z re- z de- z un- z bi- z tri- z",
    "al- and al- or al- to al- und al- oder al- et al- ou al- y al- o al- e al- z z- z",
    "z-) al-] abcd-) abcde-) al-)z 5-) alk-",
    "abcde5 abcdef6 a-7 a8 z9 b.zz a.a. z.z. <5 less than6",
    "colours rumourous generalise generalised centres metre metres titres titre fibre litre",
    "AB (aa bbb)",
    "CD (cc dd)",
    "ABCDEFGHIJ (a b c d e f g h i j)",
    "a b c d e f g h i j syndrome (ABCDEFGHIJ)",
    "Zz: multiple sclerosis [MS: zz]",
    "AB - aa bbb",
    "CD - cc dd",
    "ABCDEFGHIJ - a b c d e f g h i j",
    f"{'z' * 1_976} multiple sclerosis (MS)",
    f"{'z' * 1_977} multiple sclerosis (MS)",
)


class Packed(NamedTuple):
    """A point as texts, which pickle in 4 us."""

    id: str
    form: str  #: what is embedded
    digest: str
    said: str  #: JSON of the point, its digest included
    facts: str
    pieces: list[int]  #: of the spelling, as :func:`termsearch.grams.hashes`

    def payload(self) -> dict[str, Any]:
        """What a server stores, field by field."""
        fields: dict[str, Any] = json.loads(self.said)
        return fields

    def texts(self) -> dict[str, str]:
        """What the embedded engine stores."""
        return {SAID: self.said, DIGEST: self.digest, FACTS: self.facts}

    def point(self) -> Point:
        """What was packed. Not remembered, unlike :func:`unpacked`: it is asked for once."""
        return Point.model_validate_json(self.said)


def packed(point: Point) -> Packed:
    """``point`` with the digest of what it says."""
    said, digest = said_by(point)
    return Packed(
        id=point.id,
        form=point.form,
        digest=digest,
        said=f'{said[:-1]},"digest":"{digest}"}}',
        facts=_facts(point),
        pieces=hashes(point.form),
    )


def unpacked(payload: Mapping[str, Any] | None) -> Point:
    """The point of :meth:`Packed.texts`.

    Raises:
        IndexUnreadableError: Something else wrote it.
    """
    return _read(str((payload or {}).get(SAID, "")))


@lru_cache(4_096)
def _read(said: str) -> Point:
    """Remembered, in 18 MB: a name is found by several legs of a query, and by many queries."""
    try:
        return Point.model_validate_json(said)
    except ValidationError as error:
        raise not_ours(error) from error


@cache
def rules() -> str:
    """Digest of the rules by which a name is found: equal ones make equal search keys of it.

    What they make of some names, since no program can compare functions: first search forms, keys
    with all their words (a key says each once: "ER+, K+ channel" has a positive either way) and
    short forms, then, behind a dash, the pieces of the spelling, which no digest of a point covers.
    Takes 7 ms, once in a process.
    """
    forms = [search_form(name) for name in _SPECIMENS]
    besides = [variants(name) for name in _SPECIMENS]
    keys = [(search_key(form), words(form)) for form in forms]
    return (
        f"{_digest(zip(forms, keys, besides, strict=True))}-{_digest(map(hashes, _SPECIMENS[::6]))}"
    )


def spelling_of(rules: str) -> str:
    """The half of what :func:`rules` gave that is of pieces of the spelling."""
    return rules.partition("-")[2]


def _digest(made: Iterable[object]) -> str:
    return blake2b(repr([*made]).encode(), digest_size=6).hexdigest()


def fact(field: str, value: str) -> str:
    """The word that says ``value`` of ``field``; no two pairs have the same."""
    return _one_word(f"{field}:{value}")


def _facts(point: Point) -> str:
    values = point.__dict__
    texts = [f"{field}:{values[field]}" for field in _SINGLE]
    texts += [_list(field, values[field]) for field in _SEVERAL if values[field]]
    return _one_word(_BETWEEN.join(texts)).replace(_BETWEEN, " ")


@lru_cache(1_024)
def _list(field: str, values: tuple[str, ...]) -> str:
    """Remembered, in 2 MB: names of one concept have the same ancestors, up to a hundred."""
    return _BETWEEN.join([f"{field}:{value}" for value in values])


def _one_word(text: str) -> str:
    """``text`` with white space and the sign that stands for it written as ``%20;``."""
    text = text.replace("%", "%25;").replace(" ", "%20;")
    if text.split(None, 1) == [text]:  # as nearly all; the pattern takes 2 us
        return text
    return _WHITE.sub(lambda white: f"%{ord(white[0]):x};", text)
