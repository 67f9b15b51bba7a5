"""A list of your own: CSV, TSV or JSON lines with the columns code and name.

Columns: ``vocabulary``, ``code``, ``name``, ``synonyms`` (a JSON array, or separated by ``|``),
``type`` and ``parent`` (several separated by ``|``), ``lang``, ``definition``, ``active``,
``replaced_by`` (which makes the code a retired one, and leads from it to others) and ``release``;
only ``code`` and ``name`` are required. A row without ``vocabulary`` has the one that was asked
for, else the file's name (``--as`` gives it another). A table without ``lang`` is in the one
language that was asked for, else in English. Rows that repeat a code add names to it. Where several
tables have a code, each gives a concept of its own names, to be replaced by that table alone; what
their rows say of the code is true of all these names.

A row is a line of the table. Rows of one code need not stand together and a parent may come
later, so the concepts are held in memory until the last row is read: about 1 kB each.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from unicodedata import category, normalize

from termsearch.concept import Concept
from termsearch.errors import BadReleaseError, TermsearchError, UsageError
from termsearch.loader import Options, Report, visible
from termsearch.vocabulary import full_code, vocabulary_id
from termsearch_loaders.files import BROKEN, Member, members
from termsearch_loaders.table_cells import LANGS, Row, tag
from termsearch_loaders.table_drafts import Draft, Drafts
from termsearch_loaders.table_leads import Lead, Leads
from termsearch_loaders.table_others import what_else
from termsearch_loaders.table_rows import EXTENSIONS, check_header, rows, says

__all__ = ["OPTIONS", "load", "recognises", "why_not"]

OPTIONS = frozenset({"vocabularies", "langs", "inactive", "columns", "part"})

#: What ``status`` shows before the part of a table.
_OURS = "table/"


def recognises(path: Path) -> bool:
    """Whether ``path`` is a table with our columns, or holds tables and all of them have them."""
    try:
        tables = _tables(path)
        for table in tables:
            check_header(table)
    except (TermsearchError, OSError, *BROKEN):
        return False
    return bool(tables)


def why_not(path: Path) -> str:
    """What keeps a file that looks like a table, or one in a folder or zip, from being read."""
    try:
        if path.name.lower().removesuffix(".gz").endswith(EXTENSIONS):
            _tables_of(path)  # an empty one is no table
        if other := what_else(members(path)):
            return other
        for table in _tables(path):
            check_header(table)
    except (TermsearchError, OSError, *BROKEN) as error:
        return str(error)
    return ""


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield a concept for every vocabulary, code and table in ``paths``.

    Raises:
        BadRecordError: A row is broken; says file and line.
        BadReleaseError: A path without a table.
        UsageError: A column is not there.
    """
    tables = [table for path in paths for table in _tables_of(path)]
    report.total = sum(table.size for table in tables)
    files = Counter(_part(table, options) for table in tables)
    report.parts += files
    drafts = Drafts()
    leads = Leads({part for part, count in files.items() if count > 1})
    for table in tables:
        unsaid = _unsaid(table, options)
        for row in rows(table, options.columns, report):
            _take(row, unsaid, drafts, leads, options, report)
    report.warnings += [*drafts.doubts(), *leads.doubts()]
    yield from drafts.concepts()


def _part(table: Member, options: Options) -> str:
    r"""The name that was given, ``table/ward``, ``ward`` or ``ward.csv``, else the file's.

    Without its ending. A byte that is no UTF-8 is written out, ``caf\udce9``; in one Unicode form,
    whatever the system that the file was copied from writes.
    """
    name = _given(options.part) or table.name.rpartition(".")[0]
    return normalize("NFC", name.encode(errors="backslashreplace").decode())


def _given(part: str) -> str:
    """The part that a given name means: as ``status`` shows it, else that of a file of this name.

    ``table/ward.csv`` keeps its ending: it is what a file ``ward.csv.csv`` was read as.
    """
    if part.startswith(_OURS):
        return part.removeprefix(_OURS)
    name = part.removesuffix(".gz")
    ending = next((each for each in EXTENSIONS if name.lower().endswith(each)), "")
    return name[: len(name) - len(ending)] or part


def _tables(path: Path) -> list[Member]:
    return [member for member in members(path) if member.name.lower().endswith(EXTENSIONS)]


def _tables_of(path: Path) -> list[Member]:
    tables = _tables(path)
    if not tables:
        raise BadReleaseError(
            path, f"no table with a row in it; expected a file that ends in {', '.join(EXTENSIONS)}"
        )
    return tables


class _Unsaid(NamedTuple):
    """What is true of the rows of a table that don't say otherwise."""

    part: str
    vocabulary: str
    lang: str


def _unsaid(table: Member, options: Options) -> _Unsaid:
    part = _part(table, options)
    vocabulary = _default_vocabulary(part, options.vocabularies)
    return _Unsaid(part, vocabulary, _default_lang(table, options))


def _default_lang(table: Member, options: Options) -> str:
    """English, but for a table that says nowhere and the one language that was asked for."""
    if len(options.langs) != 1 or says("lang", table, options.columns):
        return "en"
    found = tag(options.langs[0])
    if not found:
        raise UsageError(f"--lang {options.langs[0]!r}: expected {LANGS}")
    return found


def _take(
    row: Row, unsaid: _Unsaid, drafts: Drafts, leads: Leads, options: Options, report: Report
) -> None:
    """Add one row to its draft, or count why it is left out."""
    report.read += 1
    part, vocabulary, lang = unsaid
    named = vocabulary_id(row.text("vocabulary"))
    vocabulary = named or vocabulary
    code, name = full_code(vocabulary, row.required("code")), row.required("name")
    lang = row.lang(lang)
    replaced_by = [full_code(vocabulary, one) for one in row.texts("replaced_by")]
    synonyms, active = row.texts("synonyms"), row.flag("active", otherwise=not replaced_by)
    if options.vocabularies and vocabulary not in options.vocabularies:
        report.drop(f"vocabulary {vocabulary}")
        return
    draft = drafts.of((vocabulary, code))
    draft.replaced_by.update(dict.fromkeys(replaced_by))
    if not active and not options.inactive:
        report.drop("inactive")
        return
    _describe(draft, row, vocabulary, active=active)
    if release := row.text("release"):
        draft.releases.setdefault(part, release)
    if not options.wants_lang(lang):  # what the row says about the concept is true in every one
        report.drop(f"language {lang}")
    elif names := list(filter(visible, (name, *synonyms))):
        draft.add_names(part, names, lang, active=active)
        leads.add(Lead(part, vocabulary, code, lang), names[0], str(row.member))
        if not named and len(options.vocabularies) != 1:
            report.assumed[vocabulary, part] = None
        report.kept += 1
    else:
        report.drop("no visible character in the name")


def _describe(draft: Draft, row: Row, vocabulary: str, *, active: bool) -> None:
    parents = (full_code(vocabulary, parent) for parent in row.texts("parent"))
    draft.types.update(dict.fromkeys(row.texts("type")))
    draft.parents.update(dict.fromkeys(parents))
    draft.definition = draft.definition or row.text("definition")
    draft.active = draft.active or active


def _default_vocabulary(part: str, wanted: tuple[str, ...]) -> str:
    """The one the user named, else the file's name, else ``table``."""
    if len(wanted) == 1:
        return wanted[0]
    # Marks too: without its vowel signs a word in Devanagari or Thai is another one.
    kept = (
        letter if letter in "._-" or category(letter)[0] in "LMN" else " "
        for letter in normalize("NFC", part.casefold())
    )
    return vocabulary_id("-".join("".join(kept).split()).strip("-")) or "table"
