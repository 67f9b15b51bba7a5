"""``python -m termsearch``: the program, where its script is not on the path."""

from termsearch.cli import main

main(prog_name="termsearch")
