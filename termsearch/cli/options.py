"""Options that several commands have, and what they have in common: flag over environment."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import click

from termsearch.errors import BadRecordError
from termsearch.settings import Settings

__all__ = [
    "decoded_lines",
    "encoder_options",
    "index_option",
    "json_option",
    "settings_with",
    "text_lines",
]

F = TypeVar("F", bound=Callable[..., Any])


def index_option(command: F) -> F:
    """``--index``."""
    return click.option("--index", metavar="NAME", help="Which index.  [default: terms]")(command)


def json_option(command: F) -> F:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="JSON, one object a line.")(command)


def encoder_options(command: F) -> F:
    """``--model``, ``--pooling``, ``--max-tokens``, ``--device`` and ``--precision``."""
    options: tuple[Callable[[F], F], ...] = (
        click.option(
            "--precision",
            type=click.Choice(["auto", "fp32", "bf16"]),
            help="auto: bf16 where the hardware has it and vectors stay within cosine 0.999.",
        ),
        click.option("--device", metavar="D", help="cpu, cuda, cuda:1, mps.  [default: auto]"),
        click.option(
            "--max-tokens",
            type=click.IntRange(3, 512),
            help="Cut names there.  [default: the model's own; 25 for SapBERT]",
        ),
        click.option(
            "--pooling",
            type=click.Choice(["cls", "mean"]),
            help="For a model whose files don't say.",
        ),
        click.option(
            "--model",
            metavar="M",
            help="sapbert, sapbert-multilingual, minilm, a hub id or a folder.",
        ),
    )
    for option in options:
        command = option(command)
    return command


def settings_with(**flags: Any) -> Settings:
    """What the environment says, and over it the flags that were given."""
    from pydantic import ValidationError

    settings = Settings.from_env()
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings.model_validate(settings.model_dump() | given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise click.UsageError(f"--{first['loc'][0]}: {first['msg']}.") from None


def text_lines(texts: Sequence[str]) -> Iterator[str]:
    """The texts of an argument list, in which ``-`` stands for the lines of stdin."""
    for text in texts:
        if text != "-":
            yield _checked(text)
            continue
        yield from decoded_lines(sys.stdin.buffer, "stdin")


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
