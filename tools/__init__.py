"""Programs that make files of this repository. Not part of the installed package."""
