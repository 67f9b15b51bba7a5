"""A text under reading: its words, and what has been gathered from them so far."""

import re

from termsearch.conflict.stated import Absence, Context, Facts, Role, Stated
from termsearch.conflict.words import FILLERS, LACKS, listed, stem
from termsearch.lexicon import signs_as_words
from termsearch.normalize import search_form

__all__ = ["BOUNDARIES", "EITHER", "ENDS", "JOINERS", "Text"]

#: Numbers with a hyphen that follows ("24-hour", "2-deoxy"), words said not to be so in one
#: ("non-small-cell"), words, and the marks that mean something here.
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*[^\W\d_]*-?|non-?[^\W\d_]{2,}(?:-[^\W\d_]+)*|[^\W_]+|[%/:,;()#]"
)
_JOINED = re.compile(
    r"\b(hyper|hypo|over|under|pre|post|ante|sub|intra|extra|macro|micro|tachy|brady)-(?=[a-z])"
)
_ABBREVIATED = {"w/o": "without ", "h/o": "history of ", "s/p": "previous ", "c/o": ""}
#: Not within words: "with/or without" says nothing of a history.
_ABBREVIATION = re.compile(r"(?<!\w)(?:w/o|h/o|s/p|c/o)(?!\w)")
#: "Vitamin B-12" and "vitamin B 12" are no vitamin B that has a 12.
_VITAMIN = re.compile(r"\bvitamin ([a-z])[- ](?=\d)")

#: Where a negated phrase ends.
BOUNDARIES = frozenset(listed(", ; ( ) with but due in on during after"))
ENDS = BOUNDARIES | {""}

#: Where a negated phrase ends and another begins: no fever or cough.
JOINERS = frozenset({"or", "and", "nor"})

#: Before a negation these make it an alternative: with or without.
EITHER = frozenset({"or", "/", "to"})

_MOST_ABSENT = 4  # words of one negated phrase; a longer one is a sentence that went on


class Text:
    """Tokens by position, and what the roles of :mod:`termsearch.conflict.reading` gather."""

    def __init__(self, text: str) -> None:
        form = search_form(text)
        if "/" in form:
            form = _ABBREVIATION.sub(lambda short: _ABBREVIATED[short[0]], form)
        form = signs_as_words(form)
        if "vitamin" in form:
            form = _VITAMIN.sub(r"vitamin \1", form)
        if "-" in form:
            form = _JOINED.sub(r"\1", form)
        self.tokens: list[str] = _TOKEN.findall(form)
        self.stated: dict[str, dict[str, str]] = {}  # attribute -> value -> as shown
        self.roles: dict[str, tuple[Role, str]] = {}
        self.words: list[str] = []
        self.segment = 0  # where in words the phrase began that "ruled out" looks back on
        self.absent: list[Absence] = []
        self.phrase: list[str] | None = None  # what is being said to be absent
        self.directions: list[int] = []  # positions, for when all words are known
        self.context: Context = ""

    def at(self, position: int) -> str:
        """The token there; empty before the start and after the end."""
        return self.tokens[position] if 0 <= position < len(self.tokens) else ""

    def last(self, position: int) -> bool:
        """Whether nothing follows."""
        return position + 1 == len(self.tokens)

    def say(
        self, attribute: str, value: str, shown: str, role: Role = "said", of: str = ""
    ) -> None:
        """``attribute`` has ``value``, unless what is being said is what is absent."""
        if self.phrase is None:
            self.stated.setdefault(attribute, {}).setdefault(value, shown)
            self.roles.setdefault(attribute, (role, of))

    def add(self, position: int) -> int:
        """The token is a plain word, or one of a negated phrase. The position after it."""
        token = self.tokens[position]
        if self.phrase is None:
            self.words.append(token)
        elif token not in FILLERS:
            self.phrase.append(token)
            if len(self.phrase) > _MOST_ABSENT:
                self.phrase = None
        return position + 1

    def deny(self, words: list[str], by: str = "no ") -> None:
        """All of ``words`` are absent, if there are any."""
        if words:
            self.absent.append(Absence(frozenset(map(stem, words)), " ".join(words), by))

    def close(self) -> None:
        """The negated phrase, if one is open, is over."""
        self.deny(self.phrase or [])
        self.phrase = None

    def facts(self) -> Facts:
        """What has been gathered."""
        return Facts(
            stated=self._attributes(),
            absent=tuple(self.absent),
            words=frozenset(map(stem, self.words)),
            context=self.context,
            lacks=not LACKS.isdisjoint(self.tokens),
        )

    def _attributes(self) -> tuple[Stated, ...]:
        side = self.stated.get("side", {})
        if "left" in side and "right" in side:
            side.setdefault("both", "")
        elif "one" in side:  # whichever: unilateral contradicts both, and neither left nor right
            side.update({"left": side.get("left", ""), "right": side.get("right", "")})
        return tuple(
            Stated(
                name,
                frozenset(values),
                " and ".join(filter(None, dict.fromkeys(values.values()))),
                *self.roles[name],
            )
            for name, values in self.stated.items()
        )
