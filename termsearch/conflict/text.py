"""A text under reading: its words, and what has been gathered from them so far."""

import re
from collections.abc import Sequence
from functools import cached_property

from termsearch.conflict.stated import Absence, Context, Facts, Role, Stated
from termsearch.conflict.words import FILLERS, LACKS, listed, stem
from termsearch.lexicon import signs_as_words
from termsearch.normalize import search_form
from termsearch.shorthand import slashes_written_out

__all__ = ["BOUNDARIES", "EITHER", "ENDS", "JOINERS", "Text"]

#: Numbers with a hyphen that follows ("24-hour", "2-deoxy"), words said not to be so in one
#: ("non-small-cell"), words, and the marks that mean something here.
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*[^\W\d_]*-?|non-?[^\W\d_]{2,}(?:-[^\W\d_]+)*|[^\W_]+|[%/:,;()#]"
)
_JOINED = re.compile(
    r"\b(hyper|hypo|over|under|pre|post|ante|sub|inter|intra|extra|macro|micro|tachy|brady|un)-"
    r"(?=[a-z])"
)
#: "Vitamin B-12" and "vitamin B 12" are no vitamin B that has a 12.
_VITAMIN = re.compile(r"\bvitamin ([a-z])[- ](?=\d)")

#: "Stage III-IV": the hyphen of a range, of which nothing would be left between letters.
_ROMAN_RANGE = re.compile(r"\b([ivx]+[a-e]?)-(?=[ivx]+[a-e]?\b)")

#: Where a negated phrase ends.
BOUNDARIES = frozenset(listed(", ; ( ) with but due in on during after"))
ENDS = BOUNDARIES | {""}

#: Where a negated phrase ends and another begins: no fever or cough.
JOINERS = frozenset({"or", "and", "nor"})

#: Before a negation these make it an alternative: with or without.
EITHER = frozenset({"or", "/", "to"})

_NONE: frozenset[str] = frozenset()

_MOST_ABSENT = 4  # words of one negated phrase; a longer one is a sentence that went on
_LONGEST_ABSENT = 32  # with those that only say where or how


#: One value of an attribute, as it was met: attribute, value, as shown, and the role and ``of`` of
#: :class:`~termsearch.conflict.stated.Stated`. Bare, for there are thousands in a query.
_Said = tuple[str, str, str, Role, str]


class Text:
    """Tokens by position, and what the roles of :mod:`termsearch.conflict.reading` gather."""

    def __init__(self, text: str) -> None:
        form = search_form(text)
        if "/" in form:
            form = slashes_written_out(form)
        form = signs_as_words(form)
        if "vitamin" in form:
            form = _VITAMIN.sub(r"vitamin \1", form)
        if "-" in form:
            form = _ROMAN_RANGE.sub(r"\1 to ", _JOINED.sub(r"\1", form))
        if "&" in form:
            form = form.replace("&", " and ")
        self.tokens: list[str] = _TOKEN.findall(form)
        self.said: list[_Said] = []
        self.words: list[str] = []
        self.segment = 0  # where in words the phrase began that "ruled out" looks back on
        self.since = 0  # likewise, in what is said
        self.prefixed: list[str] = []  # what stands behind hyper-, pre- and their like
        self.absent: list[Absence] = []
        self.phrase: list[str] | None = None  # what is being said to be absent
        self.denied: list[_Said] = []  # and what is said of it
        self.directions: list[int] = []  # positions, for when all words are known
        self.context: Context = ""
        self._begun: dict[str, bool] = {}

    @cached_property
    def first(self) -> dict[str, int]:
        """Each token once, and where it comes first.

        For roles that look at all of a text: one that went through it for each of its words took
        65 s for 20,000.
        """
        return {token: at for at, token in reversed([*enumerate(self.tokens)])}

    def begun(self, letters: str) -> bool:
        """Whether some token begins with ``letters``; found out once."""
        if letters not in self._begun:
            self._begun[letters] = any(token.startswith(letters) for token in self.tokens)
        return self._begun[letters]

    def at(self, position: int) -> str:
        """The token there; empty before the start and after the end."""
        return self.tokens[position] if 0 <= position < len(self.tokens) else ""

    def last(self, position: int) -> bool:
        """Whether nothing follows."""
        return position + 1 == len(self.tokens)

    def say(
        self, attribute: str, value: str, shown: str, role: Role = "said", of: str = ""
    ) -> None:
        """``attribute`` has ``value``; within a negated phrase, that of what is absent."""
        said = self.said if self.phrase is None else self.denied
        said.append((attribute, value, shown, role, of))

    def add(self, position: int) -> int:
        """The token is a plain word, or one of a negated phrase. The position after it."""
        token = self.tokens[position]
        if self.phrase is None:
            self.words.append(token)
        elif token not in FILLERS:
            self.phrase.append(token)
            words = len(self.phrase)
            if words > _LONGEST_ABSENT or (words > _MOST_ABSENT < len(self.core())):
                self.phrase, self.denied = None, []
        return position + 1

    def deny(self, words: list[str], by: str = "no ", said: Sequence[_Said] = ()) -> None:
        """All of ``words`` are absent, if there are any; ``said`` is said of them.

        Left is no part of what is absent in "no left hip fracture", but says where: "Right hip
        fracture" is another. Of "not acute" it is all there is.
        """
        if not words:
            return
        core = _without(words, said)
        stated = _grouped(said) if core else ()
        absent = frozenset(map(stem, core or words))
        self.absent.append(Absence(absent, " ".join(words), by, stated))

    def close(self) -> None:
        """The negated phrase, if one is open, is over."""
        if self.phrase is not None:
            self.deny(self.phrase, said=self.denied)
            self.phrase, self.denied = None, []

    def core(self) -> list[str]:
        """What the negated phrase says is absent so far, but for what only says where or how."""
        return _without(self.phrase or [], self.denied)

    def facts(self) -> Facts:
        """What has been gathered."""
        return Facts(
            stated=_grouped(self.said),
            absent=tuple(dict.fromkeys(self.absent)),
            words=frozenset(map(stem, self.words)),
            context=self.context,
            lacks=not LACKS.isdisjoint(self.tokens),
            prefixed=frozenset(map(stem, self.prefixed)) if self.prefixed else _NONE,
        )


def _without(words: Sequence[str], said: Sequence[_Said]) -> list[str]:
    """``words`` but for those that do nothing but state an attribute."""
    telling = {shown for _, _, shown, role, _ in said if role == "said"}
    return [word for word in words if word not in telling]


def _grouped(said: Sequence[_Said]) -> tuple[Stated, ...]:
    """Each attribute once, with all its values; ``of`` and role are those of the first."""
    if not said:
        return ()
    values: dict[str, dict[str, str]] = {}
    roles: dict[str, tuple[Role, str]] = {}
    for attribute, value, shown, role, of in said:
        values.setdefault(attribute, {}).setdefault(value, shown)
        roles.setdefault(attribute, (role, of))
    if "side" in values:
        _complete(values["side"])
    return tuple(
        Stated(
            name, frozenset(each), " and ".join(filter(None, dict.fromkeys(each.values()))),
            *roles[name],
        )
        for name, each in values.items()
    )  # fmt: skip


def _complete(side: dict[str, str]) -> None:
    """What else the sides say that a text names."""
    if "left" in side and "right" in side:
        if "each" in side:  # left and right: both, neither of which is meant by itself
            shown = " and ".join(side[each] for each in side if each in {"left", "right"})
            side.clear()
            side["both"] = shown
        side.setdefault("both", "")
    elif "one" in side:  # whichever: unilateral contradicts both, and neither left nor right
        side.update({"left": side.get("left", ""), "right": side.get("right", "")})
