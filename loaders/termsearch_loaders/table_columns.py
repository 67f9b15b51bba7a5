"""Which column of a user's table is which field of ours."""

from collections.abc import Iterable, Mapping, Sequence

from termsearch.delimited import listed
from termsearch.errors import BadRecordError, UsageError
from termsearch_loaders.files import Member

__all__ = ["FIELDS", "check_columns", "fields", "has", "has_required", "required"]

#: Our fields, and the header names they go by where the user says nothing; case does not matter.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "vocabulary": ("vocabulary",),
    "code": ("code",),
    "name": ("name",),
    "synonyms": ("synonyms", "synonym"),
    "type": ("type", "types"),
    "parent": ("parent", "parents"),
    "lang": ("lang",),
    "definition": ("definition",),
    "active": ("active",),
    "replaced_by": ("replaced_by",),
    "release": ("release",),
}

_REQUIRED = ("code", "name")


def fields(
    member: Member, line: int, names: Sequence[str], columns: Mapping[str, str]
) -> dict[str, str]:
    """Column to field, for those of ``names`` that are ours: ``{"LocalCode": "code"}``.

    ``columns`` is the user's, field to column; it wins over a column that has our name.

    Raises:
        BadRecordError: Two columns for one field.
    """
    said = {column.strip().casefold(): field for field, column in columns.items()}
    ours = {
        name: field for field, known in FIELDS.items() if field not in columns for name in known
    }
    known = ours | said
    found: dict[str, str] = {}
    for name in names:
        field = known.get(name.casefold())
        if field in found.values():
            raise BadRecordError(
                str(member), f"line {line}", f"two columns for {field}, expected one: {name!r}"
            )
        if field:
            found[name] = field
    return found


def check_columns(
    member: Member,
    names: Sequence[str],
    columns: Mapping[str, str],
    found: Mapping[str, str],
) -> None:
    """Refuse a table without code and name, and ``columns`` that it does not have.

    Raises:
        UsageError: Says which, and lists those there are.
    """
    columns_there = listed(names)
    for field, column in columns.items():
        if field not in FIELDS:
            raise UsageError(
                f"--column {field}={column}: there is no field {field!r}; "
                f"expected one of {', '.join(FIELDS)}"
            )
        if field not in found.values():
            raise UsageError(
                f"{member}: no column {column!r} for {field}; its columns: {columns_there}"
            )
    for field in _REQUIRED:
        if field not in found.values():
            raise UsageError(
                f"{member}: no column {field!r}; its columns: {columns_there}. "
                f"Say which one it is with --column {field}=COLUMN"
            )


def has(field: str, names: Iterable[str], columns: Mapping[str, str]) -> bool:
    """Whether the header ``names`` has a column for ``field``.

    ``columns`` is the user's, field to column.
    """
    there = {name.strip().casefold() for name in names}
    known = [columns[field]] if field in columns else FIELDS[field]
    return any(one.casefold() in there for one in known)


def has_required(names: Iterable[str], columns: Mapping[str, str]) -> bool:
    """Whether there is one for code and one for name."""
    there = list(names)
    return all(has(field, there, columns) for field in _REQUIRED)


def required(columns: Mapping[str, str]) -> dict[str, str]:
    """Those of ``columns`` that no row may do without."""
    return {field: column for field, column in columns.items() if field in _REQUIRED}
