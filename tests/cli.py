"""The command line, run in this process, and a table to give it."""

from pathlib import Path

from click.testing import CliRunner, Result

from termsearch.cli import main

__all__ = ["TABLE", "one_line", "run", "said"]

TABLE = """\
code,name,synonyms,type,parent,definition
007,Zz fever,zz pyrexia|burning brow,sign,,Too hot.
008,Zz high fever,zz hyperpyrexia,sign,007,
009,Zz ankle,,body part,,
"""


def run(home: Path, *arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(
        main, arguments, env={"TERMSEARCH_HOME": str(home)}, input=stdin, catch_exceptions=False
    )


def one_line(result: Result) -> str:
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.strip()


def said(home: Path, *arguments: str) -> str:
    """What a command that goes well prints."""
    done = run(home, *arguments)
    assert done.exit_code == 0, done.output
    return done.stdout
