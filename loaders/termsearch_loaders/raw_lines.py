"""Lines of a table in a file, or in an archive."""

from collections.abc import Iterator

from termsearch.delimited import decoded
from termsearch.loader import Report
from termsearch_loaders.files import BROKEN, Member, damaged

__all__ = ["raw_lines"]


def raw_lines(member: Member, report: Report | None) -> Iterator[str]:
    """Lines with their ends, which a quoted cell may hold, and without byte order mark.

    Raises:
        BadRecordError: Not UTF-8, lines that end in CR alone, or compressed data that are cut.
    """
    number = 0
    try:
        with member.open(report) as stream:
            for number, line in enumerate(stream, start=1):
                yield decoded(str(member), number, line)
    except BROKEN as error:
        raise damaged(member, f"after line {number}", error) from error
