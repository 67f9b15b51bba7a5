"""A release that is read otherwise than the last time: told of where something is left out."""

import pytest

from termsearch.encoder import EncoderCard
from termsearch.index.manifest import Loaded, Manifest
from termsearch.loader import Options
from termsearch.summary import other_options

CARD = EncoderCard(model="m", weights="1", pooling="mean", dimension=4, max_tokens=8)

HPO, SNOMED = ("hp", "athena/hp"), ("snomedct", "athena/snomedct")
UMLS, WARD = ("umls", "umls"), ("ward", "table/ward")


def manifest(
    options: str | None,
    *loaded: tuple[str, str],
    langs: tuple[str, ...] = ("en",),
    inactive: bool = True,
) -> Manifest:
    """Of an index that was read so."""
    entries = tuple(
        Loaded(vocabulary=vocabulary, origin=origin, options=options, langs=langs,
               inactive=inactive, used_by=("omop",), complete=True)
        for vocabulary, origin in loaded
    )  # fmt: skip
    return Manifest(encoder=CARD, loaded=entries)


def warned(held: Manifest, now: str | None, read: tuple[tuple[str, str], ...] = ()) -> list[str]:
    return other_options(held, held.origins(), now, read)


@pytest.mark.parametrize(
    ("held", "now"),
    [
        (manifest("", WARD), "--inactive"),
        (manifest("", UMLS), "--hierarchy"),
        (manifest("--lang de", WARD, langs=("de",)), "--lang de --lang en"),
        (manifest("", WARD, langs=("en-GB",)), "--lang en"),
        (manifest("--lang en", UMLS), ""),
        (manifest("--dialect en-GB", SNOMED), "--dialect en-US"),
        (manifest("--vocab mesh", UMLS), "--vocab mesh --vocab snomedct"),
        (manifest("--vocab mesh --vocab hp", UMLS), ""),
        (manifest("", SNOMED), "--vocab snomedct"),
        (manifest("--vocab snomedct --vocab hp", SNOMED), "--vocab snomedct"),
        (manifest("", UMLS), "--vocab umls"),
        (manifest("--inactive", WARD, inactive=False), ""),
        (manifest("--column name=Long name", WARD), "--column name=Long name --column type=T"),
        (manifest("--inactive", WARD), "--inactive"),
        (manifest(None, WARD), ""),
        (manifest("--inactive", WARD), None),
    ],
)
def test_options_that_leave_nothing_out_are_not_told_of(held: Manifest, now: str | None) -> None:
    assert warned(held, now) == []


@pytest.mark.parametrize(
    ("held", "now"),
    [
        (manifest("--inactive", WARD), ""),
        (manifest("--hierarchy", UMLS), ""),
        (manifest("--hierarchy --inactive", UMLS), "--inactive"),
        (manifest("", WARD, langs=("en", "de")), "--lang de"),
        (manifest("--lang de --lang fr", WARD, langs=("de", "fr")), "--lang de"),
        (manifest("--lang es", UMLS, langs=("es",)), ""),
        (manifest("", UMLS), "--vocab mesh"),
        (manifest("--vocab mesh --vocab hp", UMLS), "--vocab mesh"),
        (manifest("", WARD, ("drugs", "table/ward")), "--vocab ward"),
        (manifest("--column synonyms=Other names", WARD), "--column synonyms=Other"),
        (manifest("--column synonyms=Syn", WARD), ""),
    ],
)
def test_options_that_leave_something_out_are_told_of(held: Manifest, now: str) -> None:
    then = held.loaded[0].options or "no options"

    (told,) = warned(held, now)

    assert told == (
        f"{held.loaded[0].origin} was read with {then} the last time, now with {now or 'none'}: "
        "names and parents that this leaves out are gone"
    )


def test_a_language_that_is_there_all_the_same_is_not_told_of() -> None:
    held = manifest("--lang de", WARD, langs=("de",))
    ward, _ = read = (("table/ward", "en"), ("table/ward", "de"))

    assert warned(held, "", read) == []
    assert len(warned(held, "", (ward,))) == 1


def test_a_dialect_that_is_forgotten_is_told_of_as_what_it_is() -> None:
    (told,) = warned(manifest("--dialect en-GB --lang en", SNOMED), "--lang en")

    assert told == (
        "athena/snomedct was read with --dialect en-GB --lang en the last time, now with --lang "
        "en: other names are displayed"
    )


def test_origins_that_were_read_alike_are_told_of_in_one_line() -> None:
    parts = [(f"v{n}", f"athena/v{n}") for n in range(6)]

    def origins(held: Manifest) -> str:
        (told,) = warned(held, "")
        return told.partition(" were read with --inactive ")[0]

    assert origins(manifest("--inactive", *parts[:2])) == "athena/v0 and athena/v1"
    assert origins(manifest("--inactive", *parts)) == "athena/v0, athena/v1, athena/v2 and 3 more"


def test_only_those_that_lose_something_are_named() -> None:
    (told,) = warned(manifest("", HPO, SNOMED), "--vocab hp")

    assert told.startswith("athena/snomedct was read with no options the last time")


def test_what_is_told_is_as_the_command_line_has_it() -> None:
    given = Options(
        vocabularies=("our list", "hp"),
        inactive=True,
        columns={"name": "Long name", "type": "T"},
        part="our list",
    )
    acted_on = {"vocabularies", "inactive", "columns", "part"}

    held = manifest(given.told(acted_on), ("our list", "table/a"))

    assert warned(held, given.told(acted_on)) == []
    assert len(warned(held, "--vocab our list --column name=Long name --column type=T")) == 1
