"""Greek letters, Roman numerals and number words, for search keys and conflicts alike."""

from typing import Final

__all__ = ["COUNTED", "GREEK", "ORDINALS", "ROMAN"]

#: Letter to name; sigma has two forms.
GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "  # noqa: SIM905  # 25 names in a list would be 25 lines
        "sigma sigma tau upsilon phi chi psi omega".split(),
        strict=True,
    )
)

_ONES: Final = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")

#: To 39: neither "xl" nor "l", which are letters of other words.
ROMAN: Final = {
    tens * "x" + ones: str(10 * tens + number)
    for tens in range(4)
    for number, ones in enumerate(_ONES)
    if tens or number
}


def _numbered(words: str) -> dict[str, str]:
    return {word: str(number) for number, word in enumerate(words.split(), start=1)}


COUNTED: Final = {
    **_numbered(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty"
    ),
    "thirty": "30",
}

ORDINALS: Final = _numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
