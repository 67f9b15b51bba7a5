"""A list of your own: CSV, TSV or JSON lines with the columns code and name.

Columns: ``vocabulary``, ``code``, ``name``, ``synonyms`` (a JSON array, or separated by ``|``),
``type`` and ``parent`` (several separated by ``|``), ``lang``, ``definition``, ``active`` and
``release``; only ``code`` and ``name`` are required. Rows that repeat a code add names to it.
Where several tables have a code, each gives a concept of its own names, to be replaced by that
table alone; what their rows say of the code is true of all these names.

A row is a line of the table. Rows of one code need not stand together and a parent may come
later, so the concepts are held in memory until the last row is read: about 1 kB each.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from termsearch.concept import Concept, Kind, Name, SemanticType
from termsearch.errors import BadReleaseError, TermsearchError
from termsearch.loader import Options, Report
from termsearch.vocabulary import vocabulary_id
from termsearch_loaders.files import BROKEN, Member, members
from termsearch_loaders.table_cells import Row
from termsearch_loaders.table_rows import EXTENSIONS, has_code_and_name, rows

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs", "inactive", "columns"})

#: Vocabulary id and code.
Key = tuple[str, str]


@dataclass(slots=True)
class _Draft:
    """What the rows of one code have said so far. Dicts without values keep order, once each."""

    #: By part: text and language.
    names: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)
    types: dict[str, None] = field(default_factory=dict)
    parents: dict[str, None] = field(default_factory=dict)
    definition: str = ""
    releases: dict[str, str] = field(default_factory=dict)  #: by part
    active: bool = False


def recognises(path: Path) -> bool:
    """Whether ``path`` is a table with our columns, or holds tables and all of them have them."""
    try:
        tables = _tables(path)
        return bool(tables) and all(map(has_code_and_name, tables))
    except (TermsearchError, OSError, *BROKEN):
        return False


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield a concept for every vocabulary, code and table in ``paths``.

    Raises:
        BadRecordError: A row is broken; says file and line.
        BadReleaseError: A path without a table.
        UsageError: A column is not there.
    """
    tables = [table for path in paths for table in _tables_of(path)]
    report.total = sum(table.size for table in tables)
    drafts: dict[Key, _Draft] = {}
    for table in tables:
        part = _part(table)
        for row in rows(table, options.columns, report):
            _take(row, part, drafts, options, report)
    kept = {key: draft for key, draft in drafts.items() if draft.names}
    _warn(kept, report)
    for key, draft in kept.items():
        for part in draft.names:
            yield _concept(key, part, kept)


def _part(table: Member) -> str:
    r"""The file's name without ending; a byte that is no UTF-8 is written out: ``caf\udce9``."""
    return table.name.rpartition(".")[0].encode(errors="backslashreplace").decode()


def _tables(path: Path) -> list[Member]:
    return [member for member in members(path) if member.name.lower().endswith(EXTENSIONS)]


def _tables_of(path: Path) -> list[Member]:
    tables = _tables(path)
    if not tables:
        raise BadReleaseError(
            path, f"no table with a row in it; expected a file that ends in {', '.join(EXTENSIONS)}"
        )
    return tables


def _take(row: Row, part: str, drafts: dict[Key, _Draft], options: Options, report: Report) -> None:
    """Add one row to its draft, or count why it is left out."""
    report.read += 1
    vocabulary = vocabulary_id(row.text("vocabulary"))
    vocabulary = vocabulary or _default_vocabulary(part, options.vocabularies)
    code, name, lang = row.required("code"), row.required("name"), row.lang()
    synonyms, active = row.texts("synonyms"), row.flag("active")
    if options.vocabularies and vocabulary not in options.vocabularies:
        report.drop(f"vocabulary {vocabulary}")
        return
    if not active and not options.inactive:
        report.drop("inactive")
        return
    draft = drafts.setdefault((vocabulary, code), _Draft())
    _describe(draft, row, active=active)
    if release := row.text("release"):
        draft.releases.setdefault(part, release)
    if options.wants_lang(lang):
        names = draft.names.setdefault(part, {})
        names.update(dict.fromkeys((text, lang) for text in (name, *synonyms)))
        report.kept += 1
    else:  # what the row says about the concept is true in every language
        report.drop(f"language {lang}")


def _describe(draft: _Draft, row: Row, *, active: bool) -> None:
    draft.types.update(dict.fromkeys(row.texts("type")))
    draft.parents.update(dict.fromkeys(row.texts("parent")))
    draft.definition = draft.definition or row.text("definition")
    draft.active = draft.active or active


@cache
def _default_vocabulary(part: str, wanted: tuple[str, ...]) -> str:
    """The one the user named, else the file's name, else ``table``."""
    if len(wanted) == 1:
        return wanted[0]
    return vocabulary_id(re.sub(r"[^a-z0-9._-]+", "-", part.lower()).strip("-")) or "table"


def _warn(drafts: Mapping[Key, _Draft], report: Report) -> None:
    """Report parents that are no code of the table, and codes that are their own parent."""
    unknown: Counter[str] = Counter()
    own = 0
    for (vocabulary, code), draft in drafts.items():
        own += code in draft.parents
        unknown.update(parent for parent in draft.parents if (vocabulary, parent) not in drafts)
    if unknown:
        report.warnings.append(
            f"{len(unknown):,} parents are no code of the table, {next(iter(unknown))!r} for one"
        )
    if own:
        report.warnings.append(f"{own:,} codes are their own parent, which is not read")


def _concept(key: Key, part: str, drafts: Mapping[Key, _Draft]) -> Concept:
    vocabulary, code = key
    draft = drafts[key]
    (first, *others) = draft.names[part]
    return Concept(
        vocabulary=vocabulary,
        code=code,
        names=(
            Name(text=first[0], lang=first[1], kind=Kind.PREFERRED),
            *(Name(text=text, lang=lang) for text, lang in others),
        ),
        release=draft.releases.get(part, ""),
        part=part,
        types=tuple(SemanticType(code=found, name=found) for found in draft.types),
        parents=tuple(parent for parent in draft.parents if parent != code),
        ancestors=_ancestors(key, drafts),
        definition=draft.definition,
        active=draft.active,
    )


def _ancestors(key: Key, drafts: Mapping[Key, _Draft]) -> tuple[str, ...]:
    """Codes above, nearest first, each once; a cycle is walked once."""
    vocabulary, code = key
    found = dict.fromkeys(drafts[key].parents)
    queue = list(found)
    for parent in queue:  # which grows while it is walked
        draft = drafts.get((vocabulary, parent))
        further = [one for one in draft.parents if one not in found] if draft else []
        found.update(dict.fromkeys(further))
        queue += further
    found.pop(code, None)
    return tuple(found)
