"""Regular expressions in which one thing is otherwise, made of those of the program."""

import re
from collections.abc import Iterator
from itertools import pairwise

__all__ = ["mutants"]

#: An escape, a class of characters, a limit on repetition, what opens a group, or one character.
_PART = re.compile(r"\\.|\[\^?(?:\\.|[^\]\\])+\]|\{\d+,\d*\}|\(\?(?:[:=!]|<[=!])|.", re.DOTALL)
#: What stands in a class: a range, an escape or a character.
_MEMBER = re.compile(r"(?:\\.|[^\\])-(?:\\.|[^\\])|\\.|[^\\]", re.DOTALL)
_NEVER = "(?!)"
#: Characters of a longer range are not told apart.
_SHORT = 8


def mutants(pattern: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Each alternative, member of a class and limit of ``pattern`` that is left out or moved.

    Yields:
        What is otherwise, and the pattern so.
    """
    parts = _PART.findall(pattern)
    for start, end in _alternatives(parts):
        yield _with(parts, start, end, _NEVER)
    for at, part in enumerate(parts):
        if at and parts[at - 1][-1] in "}*+":
            continue  # not optional: as few as there can be
        for other in _others(part):
            yield _with(parts, at, at + 1, other)


def _with(parts: list[str], start: int, end: int, new: str) -> tuple[str, re.Pattern[str]]:
    before, now, after = ("".join(part) for part in
                          (parts[:start], parts[start:end], parts[end:]))  # fmt: skip
    return f"{before}«{now}»{new}{after}", re.compile(before + new + after)


def _alternatives(parts: list[str]) -> Iterator[tuple[int, int]]:
    """Where each begins and ends, of groups that have several."""
    opened = [[-1]]
    for at, part in enumerate([*parts, ")"]):
        if part.startswith("("):
            opened.append([at])
        elif part == "|":
            opened[-1].append(at)
        elif part == ")":
            bars = [*opened.pop(), at]
            if len(bars) > 2:
                yield from ((one + 1, other) for one, other in pairwise(bars))


def _others(part: str) -> Iterator[str]:
    if part.startswith("[") and not part.startswith("[^"):
        yield from _classes(part)
    elif part == "?":
        yield from ("", "{0}")
    elif part.startswith("{") and "," in part:
        least, most = part[1:-1].split(",")
        if int(least):
            yield f"{{{int(least) - 1},{most}}}"
        yield f"{{{int(least) + 1},{most}}}"
        if most:
            yield f"{{{least},{int(most) - 1}}}"
            yield f"{{{least},{int(most) + 1}}}"


def _classes(part: str) -> Iterator[str]:
    """The class without one member, if it has others."""
    members = [part for each in _MEMBER.findall(part[1:-1]) for part in _parts(each)]
    for at in range(len(members)):
        if rest := "".join([*members[:at], *members[at + 1 :]]):
            yield f"[{rest}]"


def _parts(member: str) -> list[str]:
    """A range as its characters, or as its ends and what is between."""
    first, dash, last = member.partition("-")
    if not (first and dash and last):
        return [member]
    low, high = ord(first), ord(last)
    if high - low < _SHORT:
        return [chr(each) for each in range(low, high + 1)]
    return [first, f"{chr(low + 1)}-{chr(high - 1)}", last]
