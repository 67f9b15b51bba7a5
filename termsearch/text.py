"""Whether a string that a program hands over is text."""

from collections.abc import Iterable

from termsearch.errors import UsageError

__all__ = ["LONGEST_TEXT", "require_text"]

#: Characters of a query. No name is as long, and a letter is no query; a service takes no more.
LONGEST_TEXT = 1_000


def require_text(strings: Iterable[str]) -> None:
    """Refuse half of a surrogate pair: tokenizers and engines take UTF-8, which has no such thing.

    Raises:
        UsageError: Names the first string that has one.
    """
    for string in strings:
        try:
            string.encode()
        except UnicodeEncodeError as error:
            raise UsageError(
                f"{string!r} has half of a surrogate pair at character {error.start + 1}, expected "
                "text that can be written as UTF-8; decode the bytes that it was made from anew."
            ) from None
