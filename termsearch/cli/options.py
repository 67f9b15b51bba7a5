"""Options that several commands have, and what they have in common: flag over environment."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from termsearch.errors import BadRecordError, UsageError
from termsearch.settings import Settings, first_wrong

if TYPE_CHECKING:
    from termsearch.loader import Options

__all__ = [
    "columns_of",
    "decoded_lines",
    "encoder_options",
    "index_option",
    "json_option",
    "loader_options",
    "reader_of_others",
    "release_options",
    "settings_with",
    "text_lines",
    "unused_options",
]

F = TypeVar("F", bound=Callable[..., Any])

#: Settings whose flags are not their names.
_FLAGS: Final = {"keys_file": "keys"}


def index_option(command: F) -> F:
    """``--index``."""
    return click.option("--index", metavar="NAME", help="Which index.  [default: terms]")(command)


def json_option(command: F) -> F:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="JSON, one object per line.")(
        command
    )


def encoder_options(command: F) -> F:
    """``--model``, ``--pooling``, ``--max-tokens``, ``--device`` and ``--precision``."""
    options: tuple[Callable[[F], F], ...] = (
        click.option(
            "--precision",
            type=click.Choice(["auto", "fp32", "bf16", "int8"]),
            help="auto: the fastest within a cosine of 0.999 of fp32; int8: within 0.995.",
        ),
        click.option(
            "--device",
            metavar="D",
            help="cpu, cuda, mps, or several: cuda:0,cuda:1.  [default: auto]",
        ),
        click.option(
            "--max-tokens",
            type=click.IntRange(3, 512),
            help="Truncate names to this many tokens.  [default: the model's own; 25 for SapBERT]",
        ),
        click.option(
            "--pooling",
            type=click.Choice(["cls", "mean"]),
            help="How a model makes one vector, where its files don't say.",
        ),
        click.option(
            "--model",
            metavar="M",
            help="Encoder: sapbert, sapbert-multilingual, minilm, a hub id or a folder.",
        ),
    )
    for option in options:
        command = option(command)
    return command


#: What is read of a release and by which loader, the last first.
_RELEASE: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--as",
        "read_as",
        metavar="NAME",
        help="Read a table as if its file had this name, so that it replaces the one which was "
        "read under it.",
    ),
    click.option(
        "--column",
        "columns",
        multiple=True,
        metavar="FIELD=COLUMN",
        help="Read code, name, synonyms, ... of a table from this column; repeatable.",
    ),
    click.option("--hierarchy", is_flag=True, help="UMLS: read parents (MRREL) for --under."),
    click.option("--inactive", is_flag=True, help="Keep retired names and concepts, marked so."),
    click.option(
        "--dialect",
        default="",
        metavar="D",
        help="SNOMED CT: display this dialect's preferred terms.  [default: en-US]",
    ),
    click.option(
        "--lang",
        "langs",
        multiple=True,
        metavar="L",
        help="Keep only this language; repeatable. A single one is that of a table without a "
        "column lang.  [default: en for UMLS, else all]",
    ),
    click.option(
        "--vocab",
        "vocabularies",
        multiple=True,
        metavar="V",
        help="Keep only this vocabulary (e.g. a UMLS source); repeatable.",
    ),
    click.option(
        "--loader",
        default="",
        metavar="NAME",
        help="Use this loader instead of detecting one.",
    ),
)


def release_options(command: F) -> F:
    """What is read of a release and by which loader; :func:`loader_options` reads all but that."""
    for option in _RELEASE:
        command = option(command)
    return command


def loader_options(given: dict[str, Any]) -> "Options":
    """The flags of :func:`release_options`, taken out of ``given``, as a loader gets them."""
    from termsearch.loader import Options

    return Options(
        vocabularies=_vocabularies(given.pop("vocabularies")),
        columns=columns_of(given.pop("columns")),
        part=_part(given.pop("read_as")),
        **{name: given.pop(name) for name in ("langs", "dialect", "inactive", "hierarchy")},
    )


def reader_of_others(options: "Options") -> str:
    """The loader of paths that none recognises: a user's table, if its columns are named."""
    return "table" if options.columns else ""


def unused_options(loader: str, options: "Options") -> list[str]:
    """A warning for each option that was given and means nothing to ``loader``."""
    from termsearch.loader import find_loader

    flags = {
        "vocabularies": "--vocab",
        "langs": "--lang",
        "columns": "--column",
        "part": "--as",
    }
    unused = sorted(options.given() - find_loader(loader).OPTIONS)
    return [
        f"{flags.get(name, f'--{name}')} has no effect: the {loader} loader does not support it"
        for name in unused
    ]


def settings_with(**flags: Any) -> Settings:
    """What the environment says, and over it the flags that were given."""
    from pydantic import ValidationError

    settings = Settings.from_env()
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings.model_validate(settings.model_dump() | given)
    except ValidationError as error:
        field, wrong = first_wrong(error)
        flag = _FLAGS.get(field, field.replace("_", "-"))
        raise click.UsageError(f"--{flag}: {wrong}.") from None


def text_lines(texts: Sequence[str]) -> Iterator[str]:
    """The texts of an argument list, in which ``-`` stands for the lines of stdin."""
    for text in texts:
        if text != "-":
            yield _checked(text)
            continue
        yield from decoded_lines(sys.stdin.buffer, "stdin")


def _vocabularies(given: Sequence[str]) -> tuple[str, ...]:
    """Ids. Not MTH's: a UMLS user means the source of NLM's own names, and we UMLS, all of it."""
    from termsearch.vocabulary import vocabulary_id

    if any(name.strip().casefold() == "mth" for name in given):
        raise click.UsageError(
            "--vocab MTH would keep the names of every UMLS source, as --vocab umls does. Name the "
            "sources to keep, as --vocab MSH; NLM's own names (MTH) can't be kept apart."
        )
    return tuple(map(vocabulary_id, given))


def _part(given: str | None) -> str:
    """A file's name, or that of a table as ``status`` shows it; nothing where none was given."""
    if given is None:
        return ""
    name = _checked(given).removeprefix("table/")
    if "/" in name or not any(letter.isprintable() and not letter.isspace() for letter in name):
        raise UsageError(
            f"--as {given!r}: expected the name of a file without its folder, as ward, or of a "
            "table as termsearch status shows it, as table/ward."
        )
    return given


def columns_of(given: Sequence[str]) -> dict[str, str]:
    """Field to column, as ``--column`` says it."""
    columns = {}
    for pair in given:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise click.UsageError(f"--column {pair!r}: expected FIELD=COLUMN, as code=LocalCode.")
        columns[field.strip()] = column.strip()
    return columns


def _checked(text: str) -> str:
    """An argument whose bytes were text; Python smuggles others in as surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise click.UsageError(f"{text!r} is not UTF-8 text.") from None
    return text


def decoded_lines(stream: Iterable[bytes], label: str) -> Iterator[str]:
    """Lines of a UTF-8 text without their ends; ``label`` names the text in an error."""
    for number, line in enumerate(stream, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise BadRecordError(label, f"line {number}", f"not UTF-8 ({error})") from error
