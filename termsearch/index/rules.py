"""A digest of the rules by which names are found, so that an index knows whose made its keys."""

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from typing import Final

from termsearch.abbreviations import variants
from termsearch.grams import hashes
from termsearch.initials import UNSAID, initials
from termsearch.lexicon import words
from termsearch.normalize import search_form, search_key

__all__ = ["rules", "spelling_of"]

#: Of each range of invisible characters the ends and one between, of a short one all.
_UNSEEN: Final = (
    0x0, 0x4, 0x8, 0xe, 0x10, 0x1b, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x86, 0x87, 0x9f, 0xad,
    0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180c, 0x180d, 0x180e, 0x180f, 0x200b,
    0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2062,
    0x206f, 0xfe00, 0xfe01, 0xfe0f, 0xfeff, 0xfff9, 0xfffa, 0xfffb, 0x13430, 0x13431, 0x1343f,
    0x1bca0, 0x1bca1, 0x1bca2, 0x1bca3, 0x1d173, 0x1d174, 0x1d175, 0x1d176, 0x1d177, 0x1d178,
    0x1d179, 0x1d17a, 0xe0001, 0xe0020, 0xe0021, 0xe007f, 0xe0100, 0xe0101, 0xe01ef,
)  # fmt: skip

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
    "a unspecified a zz",
    "a rash with a fever without a cough from a cold, has a had a sign",
    "vitamin A deficiency, vitamin i dry",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty",
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
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
    "z‐z z‑z z‒z z–z z—z z―z z−z z﹘z z﹣z z－z z⸺z z⸻z z⸗z z⸚z z⹀z z⹝z z֊z "
    "z־z z᐀z z᠆z z〜z z〰z z゠z z\U00010eadz z‘z z’z z‛z zʼz z´z z`z z′z z“z z”z z„z z‟z z″z",
    "".join(f"z{chr(each)}z" for each in _UNSEEN) + " q\u0300q q\u036fq",
    "er+, er+; er+: er+/er+) er+] z+ abcdef+ abcdefg+ 5+ er+",
    "h+ li+ nad+ nadp+ k+ na+ ca+ mg+ mn+ zn+ fe+ cu+ cl+ k2+ zz",
    "hco3+ hco3-) h-) li-) nad-) nadp-) k-) na-) ca-) mg-) mn-) zn-) fe-) cu-) cl-) k2-)",
    "pre-) post-) non-) anti-) semi-) mid-) sub-) peri-) para-) endo-) exo-) bone-) lung-) skin-)",
    "co-) re-) de-) un-) bi-) tri-) beta-) zeta-) eta-) iota-) mu-) nu-) xi-) pi-) rho-) tau-) "
    "phi-) chi-) psi-) α-) β-) γ-) δ-) ε-) ζ-) η-) θ-) ι-) κ-) λ-) μ-) ν-) ξ-) ο-) π-) ρ-) σ-) "
    "τ-) υ-) φ-) χ-) ψ-) ω-)",
    "tnf-α al- breast al- cancer al- cancers al- carcinoma al- carcinomas al- tumor al- tumors "
    "al- tumour al- lymphoma al- lymphomas al- leukemia al- leukaemia al- leukemias al- alcl al- "
    "aml al- cml al- nsclc al- acute al- chronic al- patient al- patients al- mother al- mothers "
    "al- woman al- women al- a- al- ab- al- abcd- al- abcde- al- ab+ al- ab-c z- cancer al- cell "
    "l8- t cell l8- b cells l8- cells l8- a cells l8- z al- cancerous",
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

#: For initials, which longer names have none of: words that they leave out, brackets, numbers,
#: inverted names, and the bounds of all that is bounded.
_BRIEF: Final = (
    *(f"x {word} y z" for word in sorted(UNSAID)),
    "a b", "a b c", "a b c d e f", "a b c d e f g", "a-b-c", "abc", "a12 12 b",
    "a (b) c d", "a [b] c d", "a (b(c)d) e f", "a [b[c]d] e f", "a (b [c] d) e f",
    "a [b (c) d] e f", "a () b c", "a [] b c", "a'b c d", "a' b c", "a_b c d", "c d, a b",
    "c, b, a", "d, c, b, a",
    f"a b {'c' * 86}", f"a b {'c' * 87}",
)  # fmt: skip


@cache
def rules() -> str:
    """Digest of the rules by which a name is found: equal ones make equal search keys of it.

    What they make of some names, since no program can compare functions: first search forms, keys
    with all their words (a key says each once: "ER+, K+ channel" has a positive either way), short
    forms and initials, then, behind a dash, the pieces of the spelling, which no digest of a
    point covers. Takes 7 ms, once in a process.
    """
    forms = [search_form(name) for name in _SPECIMENS]
    besides = [variants(name) for name in _SPECIMENS]
    keys = [(search_key(form), words(form)) for form in forms]
    short = [initials(search_form(name)) for name in _BRIEF]
    made = _digest((*zip(forms, keys, besides, strict=True), *short))
    return f"{made}-{_digest(map(hashes, _SPECIMENS[::6]))}"


def spelling_of(rules: str) -> str:
    """The half of what :func:`rules` gave that is of pieces of the spelling."""
    return rules.partition("-")[2]


def _digest(made: Iterable[object]) -> str:
    return blake2b(repr([*made]).encode(), digest_size=6).hexdigest()
