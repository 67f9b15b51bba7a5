"""What is broken is told once, until it is mended or broken otherwise."""

import logging

import pytest

from termsearch.complaint import Complaint
from termsearch.errors import TermsearchError


def test_the_same_fault_is_logged_again_only_after_another_or_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    complaint = Complaint(logging.getLogger("termsearch.here"), "It goes on.")

    for fault in ("one.", "one.", "two.", "two.", "", "two."):
        with complaint.once():
            if fault:
                raise TermsearchError(fault)

    said = [record.getMessage() for record in caplog.records]
    assert said == ["one. It goes on.", "two. It goes on.", "two. It goes on."]


def test_what_is_a_bug_goes_on() -> None:
    with (
        pytest.raises(ValueError, match="a bug"),
        Complaint(logging.getLogger("termsearch.here"), "").once(),
    ):
        raise ValueError("a bug")  # what it says is the point
