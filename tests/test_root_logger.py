"""The log is the business of the program that imports us."""

import subprocess
import sys

import pytest

_IMPORT = "import termsearch.abbreviations, termsearch.search, termsearch.connect"
_TELL = "print(root.level, [type(each).__name__ for each in root.handlers])"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("", "30 []"),
        ("logging.basicConfig(level=logging.ERROR)", "40 ['StreamHandler']"),
        ("root.addHandler(logging.NullHandler()); root.setLevel(5)", "5 ['NullHandler']"),
    ],
)
def test_importing_us_leaves_the_root_logger_as_it_was(before: str, told: str) -> None:
    code = f"import logging; root = logging.getLogger(); {before}\n{_IMPORT}\n{_TELL}"

    said = subprocess.check_output([sys.executable, "-c", code], text=True)

    assert said.strip() == told


def test_what_we_need_of_the_package_that_sets_it_is_there() -> None:
    code = (
        "from termsearch.abbreviations import long_forms\n"
        "print(long_forms('hepatitis B virus (HBV)')['hbv'])"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "hepatitis b virus\n"
