"""What is broken is logged once, and not each time that it is looked at."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from termsearch.errors import TermsearchError

__all__ = ["Complaint"]


class Complaint:
    """Of one thing that may break.

    Args:
        log: Where it is logged.
        still: What is done meanwhile, as a sentence behind the error.
    """

    def __init__(self, log: logging.Logger, still: str) -> None:
        self._log, self._still = log, still
        self._said = ""

    @contextmanager
    def once(self) -> Iterator[None]:
        """An error that a caller can act on ends here, logged if it is another than last time."""
        try:
            yield
        except TermsearchError as error:
            if self._said != str(error):
                self._log.error("%s %s", error, self._still)
            self._said = str(error)
        else:
            self._said = ""
