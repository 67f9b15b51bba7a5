"""The words that state an attribute, and what they say of it.

Each table is data only. A word belongs here when it and its opposite stand in names of different
concepts and hardly ever in two names of one; ``tests/test_conflict.py`` has examples of both, and
says what was measured.
"""

import re
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "CHOICES",
    "CHOICES_BESIDE",
    "DIRECTIONS",
    "DIRECTION_OWNERS",
    "FILLERS",
    "IONS",
    "LACKS",
    "MEASURED",
    "NEGATIONS",
    "NOT_TURNED",
    "PAIRED_PARTS",
    "PREFIXES",
    "RELATIVES",
    "SPACED",
    "SPACINGS",
    "STOPS",
    "TESTS",
    "Choice",
    "listed",
    "stem",
]


def listed(words: str) -> list[str]:
    """The words of a table, which reads best as running text."""
    return words.split()


_SUFFIX = re.compile(r"(?:(?<=.{4})ants|(?<=.{4})ics|ancies|ancy|ant|ies|ic|ed|es|y|e|(?<!s)s)$")
_SHORTEST_STEM = 4


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """``word`` without the ending that number, adjective and British spelling change.

    Light on purpose: allergy and allergies and allergic are one, retinitis and retinopathy two.
    Remembered: 14 MB for 65,536 words.
    """
    folded = word.replace("ae", "e").replace("oe", "e").replace("our", "or")
    bare = _SUFFIX.sub("", folded)
    return bare if len(bare) >= _SHORTEST_STEM else folded


class Choice(NamedTuple):
    """One value of an attribute that has a few, of which one excludes the other."""

    attribute: str
    value: str
    implied: bool = False  #: said by a noun in passing: "cancer" is malignant


#: attribute -> value -> words. Plurals and spellings are listed: a stem would let "lateral" into
#: "laterals", and "mal" into "malaria".
_OPPOSITES: dict[str, dict[str, str]] = {
    "side": {
        "left": "left lt leftward sinister",
        "right": "right rt rightward dexter",
        "both": "bilateral bilaterally both",
        "one": "unilateral unilaterally",
    },
    "course": {
        "acute": "acute acutely hyperacute sudden fulminant",
        "subacute": "subacute",
        "chronic": "chronic chronically longstanding",
    },
    "behaviour": {
        "benign": "benign nonmalignant noncancerous innocent",
        "malignant": "malignant cancerous malignancy malignancies",
    },
    "severity": {"mild": "mild", "moderate": "moderate", "severe": "severe"},
    "height": {"upper": "upper superior", "lower": "lower inferior"},
    "face": {"front": "anterior ventral", "back": "posterior dorsal"},
    "midline": {"near": "medial", "far": "lateral"},
    "distance": {"near": "proximal", "far": "distal"},
    "depth": {"superficial": "superficial", "deep": "deep"},
    "inside": {"internal": "internal", "external": "external"},
    "closure": {"open": "open", "closed": "closed"},
    "order": {
        "primary": "primary primaries",
        "secondary": "secondary secondaries",
        "tertiary": "tertiary",
    },
    "beat": {"systolic": "systolic systole", "diastolic": "diastolic diastole"},
    "sex": {
        "male": "male males man men boy boys",
        "female": "female females woman women girl girls",
    },
    "age": {
        "young": "juvenile pediatric paediatric childhood child children infantile infant infants "
        "neonatal neonate newborn",
        "adult": "adult adults",
    },
    "onset": {"early": "early", "late": "late"},
    "origin": {"congenital": "congenital", "acquired": "acquired"},
    "inheritance": {"dominant": "dominant", "recessive": "recessive"},
    "parent": {"maternal": "maternal", "paternal": "paternal"},
    "extent": {"complete": "complete total full", "partial": "partial incomplete subtotal"},
    "germ": {"viral": "viral", "bacterial": "bacterial", "fungal": "fungal mycotic"},
    "supply": {"ischemic": "ischemic ischaemic", "hemorrhagic": "hemorrhagic haemorrhagic"},
    "stability": {"stable": "stable", "unstable": "unstable"},
    "typicality": {"typical": "typical", "atypical": "atypical"},
    "symptoms": {"symptomatic": "symptomatic", "asymptomatic": "asymptomatic"},
    "rupture": {"ruptured": "ruptured", "unruptured": "unruptured"},
    "control": {"controlled": "controlled", "uncontrolled": "uncontrolled"},
    "complications": {"complicated": "complicated", "uncomplicated": "uncomplicated"},
    "activity": {"active": "active", "inactive": "inactive"},
    "air": {"aerobic": "aerobic", "anaerobic": "anaerobic"},
    "serology": {"positive": "seropositive", "negative": "seronegative"},
    "count": {"more": "extra supernumerary", "fewer": "missing"},
    "norm": {"kept": "normal normally", "left": "abnormal abnormally"},
    "pull": {
        "from": "abduction abducted abductor abductors",
        "to": "adduction adducted adductor adductors",
    },
}  # fmt: skip

#: "Benign breast lump" is not "breast cancer", though neither word is an adjective's opposite.
_IMPLIED = {
    word: Choice("behaviour", "malignant", implied=True)
    for word in listed("cancer cancers carcinoma carcinomas sarcoma sarcomas")
}

CHOICES = _IMPLIED | {
    word: Choice(attribute, value)
    for attribute, values in _OPPOSITES.items()
    for value, words in values.items()
    for word in words.split()
}

#: Words that state an attribute only beside a word that starts so.
CHOICES_BESIDE = {
    "compound": ("fractur", Choice("closure", "open")),
    "simple": ("fractur", Choice("closure", "closed")),
    "closure": ("angle", Choice("closure", "closed")),
}

#: "L arm" and "R eye", but not "L cells": the letter means a side beside a part there are two of.
PAIRED_PARTS = frozenset(
    listed(
        "ankle ankles arm arms atrium breast breasts clavicle ear ears elbow elbows eye eyes "
        "femoral femur fibula finger fingers foot feet forearm hand hands hip hips humerus kidney "
        "kidneys knee knees leg legs limb lung lungs mastectomy nephrectomy ovary radius shoulder "
        "shoulders testis thigh thumb tibia toe toes tonsil ulna ureter ventricle wrist wrists"
    )
)

#: Said of an amount; "high" and "low" mean one thing each, of whatever stands beside them.
DIRECTIONS = dict.fromkeys(
    listed(
        "high raised elevated elevation increased increase excess excessive overactive overload "
        "fast rapid"
    ),
    "high",
) | dict.fromkeys(
    listed(
        "low lowered decreased decrease reduced diminished deficient deficiency underactive slow "
        "depressed"
    ),
    "low",
)

#: What hyper- and hypo- are said of, in the four letters after the prefix, and its English words.
MEASURED = {
    word: key
    for key, words in {
        "kale": "potassium",
        "natr": "sodium",
        "glyc": "glucose sugar sugars",
        "calc": "calcium",
        "magn": "magnesium",
        "phos": "phosphate phosphorus",
        "tens": "pressure bp",
        "lipi": "lipid lipids fat fats",
        "chol": "cholesterol",
        "thyr": "thyroid",
        "ther": "temperature",
        "card": "heart heartbeat pulse",
        "albu": "albumin",
        "uric": "urate uric",
    }.items()
    for word in words.split()
}

#: What notes write for them beside "high" and "low"; elsewhere "k" is a vitamin, or one of many
#: proteins. Not "ca", which is as often cancer, or "CA 125".
IONS = {"k": "potassium", "na": "sodium"}

#: Of eyes, and of what else is a pair: hypertelorism and hypotelorism, in plain words.
SPACINGS = {"far": "high", "wide": "high", "widely": "high", "close": "low", "closely": "low"}
SPACED = frozenset(listed("apart set spaced together"))

#: "Low-dose aspirin" says nothing of a level of aspirin.
DIRECTION_OWNERS = frozenset(listed("dose density grade risk energy frequency molecular voltage"))

#: Prefix -> the pair it belongs to and its value. Two words conflict when the pair and what
#: follows the prefix are the same: hyperkalemia, hypokalemia.
_PAIRS: dict[str, dict[str, str]] = {
    "level": {
        "hyper": "high", "tachy": "high", "over": "high",
        "hypo": "low", "brady": "low", "under": "low",
    },
    "amount": {"poly": "much", "olig": "little", "oligo": "little"},
    "size": {"macro": "large", "micro": "small"},
    "time": {"pre": "before", "ante": "before", "post": "after"},
    "place": {"intra": "inside", "extra": "outside"},
    "storey": {"supra": "above", "infra": "below"},
    "count": {"uni": "one", "bi": "two"},
    "source": {"endo": "inside", "exo": "outside"},
    "limbs": {"hemi": "half", "para": "legs", "quadri": "four", "tetra": "four"},
}  # fmt: skip
PREFIXES = {prefix: (pair, value) for pair, v in _PAIRS.items() for prefix, value in v.items()}

#: Words that say that what follows is absent.
NEGATIONS = frozenset(
    listed("no not without denies denied deny denying never lack lacks lacking non nil excluding")
)

#: Begin like "avascular", and deny nothing.
NOT_TURNED = frozenset(
    listed("anatomic anaplastic anesthetic anodal aplastic asteroid atopic atrial")
)

#: Say of something that there is little or none of it, or that it does not do.
LACKS = frozenset(
    listed(
        "abolished absence absent agenesis aplasia aplastic atresia atretic decreased defect "
        "defective deficiency deficient deficit delayed depleted deprivation hypoplasia "
        "hypoplastic sparse thinning impaired insensitivity insufficiency lack loss missing "
        "negative poor reduced"
    )
)

#: Passed over in a negated phrase: "no evidence of", "no known".
FILLERS = frozenset(
    listed(
        "evidence sign signs known mention presence any current significant other further prior "
        "more history reported report complaint complaints documented specific"
    )
)

STOPS = frozenset(
    listed(
        "a an the of to by as is are was be been has had have having its s d x per via from that "
        "this i my me on sided"
    )
)

#: What is positive or negative is what they look for.
TESTS = frozenset(
    listed("test tests testing antibody antibodies antigen serology status screen result culture")
)

RELATIVES = frozenset(
    listed(
        "mother father brother sister sibling siblings parent parents grandmother grandfather "
        "grandparent aunt uncle cousin relative relatives"
    )
)
