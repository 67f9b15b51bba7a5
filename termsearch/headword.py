"""The head of a noun phrase: what is asked for, and not where it is or of which kind.

Who writes "ankle contractures" means contractures, and "Ankle" is no answer, near as its vector is.
In English the head is the last noun before what begins with a preposition, but clinicians write
qualifiers, sites and doses behind it too. Where that leaves a choice, all are taken for heads: the
rule moves good names down where it is wrong, and does nothing where it holds back.
"""

import re
from functools import lru_cache
from typing import Final

from termsearch.lexicon import words

__all__ = ["heads", "names_a_modifier"]

#: Begins what only says more of the head: "weakness of the arm", "pain due to cancer".
_BEGINS: Final = re.compile(
    r"(?<![^\s(])(?:of|in|into|with|without|w/|due|d/t|from|to|by|for|at|on|during|after|following|"
    r"before|between|within|through|under|against|via|per|s/p|since|when|while|because|associated|"
    r"related|caused|causing|induced|secondary|2/2|resulting|involving|affecting|characterized)"
    r"(?!\w)|[;:]"
)
#: Parts phrases that are asked for side by side, and a head from what inverts it ("lymphoma,
#: b-cell"): nobody can tell which from the comma.
_BESIDE: Final = re.compile(r"(?<!\w)(?:and|or|versus|vs|plus)(?!\w)|[/,+&]")
_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^][]*\]")
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def _listed(plain: str) -> frozenset[str]:
    return frozenset(plain.split())


#: Before the number or letter that says which: "kidney disease stage 3", "type b".
_LEVELS: Final = _listed(
    "type types subtype stage stages grade grades class group category phase level degree"
)
_LONGEST_LEVEL: Final = 4

#: Never a head at the end: whom it befalls, how it is told, a qualifier, a particle, a dose, a
#: salt. "Asthma patients" and "asthma exacerbation acute" are about asthma, "stroke 3 years ago"
#: about a stroke, and "passing out" about no way out.
_LIGHT: Final = _LEVELS | _listed(
    "the a an patient patients case cases episode episodes attack attacks exacerbation flare sign "
    "signs symptom symptoms finding findings problem problems condition conditions history "
    "presence evidence diagnosis onset presentation phenotype nos unspecified other "
    "acute subacute chronic recurrent severe moderate mild early late new old past current "
    "left right bilateral unilateral side upper lower open closed positive negative smoker smokers "
    "out up down off away apart far "
    "nyha asa year years month months week weeks day days hour hours ago "
    "mg mcg ug g kg ml l iu unit units mmol percent "
    "salt hydrochloride dihydrochloride hydrobromide fumarate maleate tartrate succinate mesylate "
    "besylate tosylate pamoate hyclate hydrate monohydrate dihydrate monosodium disodium"
)

#: What is asked for, or written behind it: a site ("painful knee", "arthritis knee"), the form of
#: a drug ("blood patch", "ibuprofen tablets"), its salt ("serum sodium", "warfarin sodium").
_EITHER: Final = _listed(
    "abdomen ankle ankles arm arms back bladder bone bones bowel brain breast breasts chest colon "
    "ear ears elbow elbows eye eyes face feet femur finger fingers foot hand hands head heart hip "
    "hips humerus jaw kidney kidneys knee knees leg legs limb limbs liver lung lungs mouth neck "
    "nose ovary pelvis prostate rib ribs scalp shoulder shoulders skin skull spine stomach throat "
    "thumb thyroid tibia toe toes tongue uterus wrist wrists "
    "tablet tablets capsule capsules solution suspension syrup injection infusion cream ointment "
    "gel patch spray drops inhaler suppository "
    "chloride bromide sulfate phosphate nitrate acetate citrate gluconate sodium potassium calcium "
    "magnesium"
)
#: Endings of adjectives, Latin ones among them: "lupus erythematosus", "dolor abdominal". Of nouns
#: too ("diuretic"), so that what stands before may be the head, and this as well.
_ADJECTIVE: Final = re.compile(
    r".{2,}(?:[ai]l|ic|ous|[au]lar|ary|ive|ed|less|oid|[st]us|[ai]ris|ans|osum|osa)"
)


@lru_cache(1_024)
def heads(form: str) -> frozenset[str]:
    """What a search form may be about, words in their normal spelling; empty: nobody can tell."""
    found: set[str] = set()
    for part in _BEGINS.split(_ASIDE.sub(" ", form)):
        sure = [_take_heads(phrase, found) for phrase in _BESIDE.split(part)]
        if any(sure):
            break
    return frozenset(found)


def names_a_modifier(asked: str, asked_key: str, found: str, found_key: str) -> bool:
    """Whether a name has no head of what is asked, and its last word is but a part of that.

    Args:
        asked: Search form of the query.
        asked_key: Its search key, which has all its words.
        found: Search form of the name.
        found_key: Its search key.
    """
    about = heads(asked)
    if not about or not about.isdisjoint(found_key.split()):
        return False
    return _last(found) in asked_key.split()


@lru_cache(4_096)
def _last(form: str) -> str:
    """The last word of a name, before a comma or what says more of it."""
    first = next(filter(str.strip, _BEGINS.split(_ASIDE.sub(" ", form))), "")
    return ["", *words(first.partition(",")[0])][-1]


def _take_heads(phrase: str, into: set[str]) -> bool:
    """From the end of a phrase to the first word that is a noun for sure; whether there is one.

    A number before a light word is no head: "5 mg", "3 years".
    """
    plain = _WORD.findall(phrase)
    after_light = False
    while plain:
        word = plain.pop()
        if plain and plain[-1] in _LEVELS and len(word) <= _LONGEST_LEVEL:
            continue
        if word in _LIGHT or (after_light and word.isdecimal()):
            after_light = True
            continue
        into.update(words(word)[-1:])
        if word not in _EITHER and not _ADJECTIVE.fullmatch(word):
            return True
    return False
