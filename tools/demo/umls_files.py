"""The demo's Metathesaurus on disk: META with its RRF files and ``release.dat``.

Format: https://www.ncbi.nlm.nih.gov/books/NBK9685/. A row ends in ``|`` and a line feed.
"""

from collections.abc import Sequence
from pathlib import Path

from tools.demo import codes
from tools.demo.mesh import mesh_concepts, tree_numbers
from tools.demo.snomedct import descriptions
from tools.demo.source import DemoConcept, Retired
from tools.demo.umls import RANKS, Atom, Row, atoms, conso_rows

__all__ = ["SEMANTIC_TYPES", "write_umls"]

RELEASE = "2026DEMO"

#: Name and tree number of the semantic types in use. The Semantic Network is free of licence:
#: https://www.nlm.nih.gov/research/umls/knowledge_sources/semantic_network/
SEMANTIC_TYPES = {
    "T001": ("Organism", "A1.1"),
    "T005": ("Virus", "A1.1.4"),
    "T007": ("Bacterium", "A1.1.2"),
    "T017": ("Anatomical Structure", "A1.2"),
    "T019": ("Congenital Abnormality", "A1.2.2.1"),
    "T023": ("Body Part, Organ, or Organ Component", "A1.2.3.1"),
    "T029": ("Body Location or Region", "A2.1.5.2"),
    "T033": ("Finding", "A2.2"),
    "T037": ("Injury or Poisoning", "B2.3"),
    "T040": ("Organism Function", "B2.2.1.1.1"),
    "T046": ("Pathologic Function", "B2.2.1.2"),
    "T047": ("Disease or Syndrome", "B2.2.1.2.1"),
    "T048": ("Mental or Behavioral Dysfunction", "B2.2.1.2.1.1"),
    "T058": ("Health Care Activity", "B1.3.1"),
    "T059": ("Laboratory Procedure", "B1.3.1.1"),
    "T060": ("Diagnostic Procedure", "B1.3.1.2"),
    "T061": ("Therapeutic or Preventive Procedure", "B1.3.1.3"),
    "T109": ("Organic Chemical", "A1.4.1.2.1"),
    "T116": ("Amino Acid, Peptide, or Protein", "A1.4.1.2.1.7"),
    "T121": ("Pharmacologic Substance", "A1.4.1.1.1"),
    "T125": ("Hormone", "A1.4.1.1.3.2"),
    "T129": ("Immunologic Factor", "A1.4.1.1.3.5"),
    "T131": ("Hazardous or Poisonous Substance", "A1.4.1.1.5"),
    "T167": ("Substance", "A1.4"),
    "T184": ("Sign or Symptom", "A2.2.2"),
    "T191": ("Neoplastic Process", "B2.2.1.2.1.2"),
    "T195": ("Antibiotic", "A1.4.1.1.1.1"),
    "T200": ("Clinical Drug", "A1.3.3"),
    "T201": ("Clinical Attribute", "A2.3.1"),
}

#: Columns of every file, as MRFILES lists them.
_COLUMNS = {
    "MRCONSO.RRF": "CUI,LAT,TS,LUI,STT,SUI,ISPREF,AUI,SAUI,SCUI,SDUI,SAB,TTY,CODE,STR,SRL,"
    "SUPPRESS,CVF",
    "MRCUI.RRF": "CUI1,VER,REL,RELA,MAPREASON,CUI2,MAPIN",
    "MRDEF.RRF": "CUI,AUI,ATUI,SATUI,SAB,DEF,SUPPRESS,CVF",
    "MRRANK.RRF": "RANK,SAB,TTY,SUPPRESS",
    "MRREL.RRF": "CUI1,AUI1,STYPE1,REL,CUI2,AUI2,STYPE2,RELA,RUI,SRUI,SAB,SL,RG,DIR,SUPPRESS,CVF",
    "MRSAB.RRF": "VCUI,RCUI,VSAB,RSAB,SON,SF,SVER,VSTART,VEND,IMETA,RMETA,SLC,SCC,SRL,TFR,CFR,"
    "CXTY,TTYL,ATNL,LAT,CENC,CURVER,SABIN,SSN,SCIT",
    "MRSTY.RRF": "CUI,TUI,STN,STY,ATUI,CVF",
}
_DESCRIPTIONS = {
    "MRCONSO.RRF": "Concept names and sources",
    "MRCUI.RRF": "CUI history",
    "MRDEF.RRF": "Definitions",
    "MRRANK.RRF": "Concept name ranking",
    "MRREL.RRF": "Related concepts",
    "MRSAB.RRF": "Source metadata",
    "MRSTY.RRF": "Semantic types",
}
#: Abbreviation, title, version, licence level, language of every source; all of them invented.
_SOURCES = (
    ("CHV", "Demo lay words", "2026", "0", "ENG"),
    ("MSH", "Demo subject headings", "2026", "0", "ENG"),
    ("MSHSPA", "Demo subject headings, Spanish", "2026", "3", "SPA"),
    ("MTH", "Demo metathesaurus names", "2026", "0", "ENG"),
    ("SNOMEDCT_US", "Demo clinical terms", "2026_01_01", "9", "ENG"),
)
_MERGED_IN = {"same_as": "SY", "replaced_by": "SY", "possibly_equivalent": "RO", "deleted": "DEL"}
_RETIRED_IN = "2025AB"


def write_umls(folder: Path, concepts: Sequence[DemoConcept], retired: Sequence[Retired]) -> None:
    """Write ``META`` into ``folder``."""
    meta = folder / "META"
    meta.mkdir(parents=True, exist_ok=True)
    found = atoms(concepts, mesh_concepts(concepts), {c.key: descriptions(c) for c in concepts})
    tables: dict[str, Sequence[Row]] = {
        "MRCONSO.RRF": conso_rows(found),
        "MRCUI.RRF": _cui_rows(concepts, retired),
        "MRDEF.RRF": _def_rows(concepts, found),
        "MRRANK.RRF": _rank_rows(),
        "MRREL.RRF": _rel_rows(concepts, found),
        "MRSAB.RRF": _sab_rows(found),
        "MRSTY.RRF": _sty_rows(concepts),
    }
    written = {name: _write(meta / name, rows) for name, rows in tables.items()}
    _write(meta / "MRFILES.RRF", [_files_row(name, *sizes) for name, sizes in written.items()])
    (meta / "release.dat").write_text(
        f"umls.release.name={RELEASE}\n"
        "umls.release.date=20260101\n"
        "umls.release.description=termsearch demo, invented content\n",
        encoding="utf-8",
        newline="\n",
    )


def _cui_rows(concepts: Sequence[DemoConcept], retired: Sequence[Retired]) -> list[Row]:
    """Merged (SY), related (RO) and deleted (DEL) concepts; MAPIN says if the target lives."""
    current = {concept.key: concept.number for concept in concepts}
    gone = {old.key: old.number for old in retired}
    rows = []
    for old in retired:
        for target in old.targets or ("",):
            number = current.get(target) or gone.get(target)
            rows.append(
                (
                    codes.cui(old.number),
                    _RETIRED_IN,
                    _MERGED_IN[old.relation],
                    "",
                    "",
                    codes.cui(number) if number else "",
                    ("Y" if target in current else "N") if number else "",
                )
            )
    return sorted(rows)


def _def_rows(concepts: Sequence[DemoConcept], found: Sequence[Atom]) -> list[Row]:
    headings = _first(found, "MSH", ("MH", "NM"))
    return [
        (
            codes.cui(concept.number),
            headings[concept.number].aui,
            f"AT99{concept.number:06d}",
            "",
            "MSH",
            concept.definition,
            "N",
            "",
        )
        for concept in concepts
    ]


def _rank_rows() -> list[Row]:
    return [
        (f"{len(RANKS) - place:04d}", sab, tty, suppress)
        for place, (sab, tty, suppress) in enumerate(RANKS)
    ]


def _rel_rows(concepts: Sequence[DemoConcept], found: Sequence[Atom]) -> list[Row]:
    """Parents and children as SNOMED CT and MeSH have them, each in both directions.

    A row reads from right to left: ``CUI1 PAR CUI2`` says that CUI2 is the parent of CUI1.
    """
    rows_by_key = {concept.key: concept for concept in concepts}
    preferred = _first(found, "SNOMEDCT_US", ("PT",))
    headings = _first(found, "MSH", ("MH",))
    trees = tree_numbers(concepts)
    rows: list[Row] = []
    for child in concepts:
        for place, key in enumerate(child.parents, start=1):
            parent = rows_by_key[key].number
            pair = (preferred[child.number], preferred[parent])
            source = codes.relationship_sctid(child.number, place)
            rows += _both_ways(pair, "SCUI", source, len(rows))
            if _files_under(trees.get(child.key, ()), trees.get(key, ())):
                rows += _both_ways(
                    (headings[child.number], headings[parent]), "SDUI", "", len(rows)
                )
    return sorted(rows)


def _files_under(below: Sequence[str], above: Sequence[str]) -> bool:
    return any(number.rpartition(".")[0] in above for number in below)


def _both_ways(pair: tuple[Atom, Atom], stype: str, source: str, serial: int) -> list[Row]:
    child, parent = pair
    named = child.sab == "SNOMEDCT_US"
    directions = (
        (child, "PAR", parent, "inverse_isa" if named else ""),
        (parent, "CHD", child, "isa" if named else ""),
    )
    return [
        (
            codes.cui(one.number),
            one.aui,
            stype,
            rel,
            codes.cui(two.number),
            two.aui,
            stype,
            rela,
            f"R99{serial + step:06d}",
            source,
            child.sab,
            child.sab,
            "0" if named else "",
            "",
            "N",
            "",
        )
        for step, (one, rel, two, rela) in enumerate(directions, start=1)
    ]


def _sab_rows(found: Sequence[Atom]) -> list[Row]:
    return [_sab_row(source, [a for a in found if a.sab == source[0]]) for source in _SOURCES]


def _sab_row(source: tuple[str, str, str, str, str], own: Sequence[Atom]) -> Row:
    sab, title, version, level, lat = source
    cells = {
        "VSAB": f"{sab}_{version}",
        "RSAB": sab,
        "SON": title,
        "SF": sab.removesuffix("SPA").removesuffix("_US"),
        "SVER": version,
        "IMETA": RELEASE,
        "SRL": level,
        "TFR": str(len(own)),
        "CFR": str(len({atom.number for atom in own})),
        "TTYL": ",".join(dict.fromkeys(atom.tty for atom in own)),
        "LAT": lat,
        "CENC": "UTF-8",
        "CURVER": "Y",
        "SABIN": "Y",
        "SSN": title,
        "SCIT": "termsearch demo release; invented content",
    }
    return tuple(cells.get(column, "") for column in _COLUMNS["MRSAB.RRF"].split(","))


def _sty_rows(concepts: Sequence[DemoConcept]) -> list[Row]:
    return [
        (
            codes.cui(concept.number),
            tui,
            SEMANTIC_TYPES[tui][1],
            SEMANTIC_TYPES[tui][0],
            f"AT98{concept.number:05d}{place}",
            "",
        )
        for concept in concepts
        for place, tui in enumerate(sorted(concept.types), start=1)
    ]


def _first(found: Sequence[Atom], sab: str, ttys: Sequence[str]) -> dict[int, Atom]:
    """The first atom of each concept in ``sab`` with one of the term types."""
    chosen: dict[int, Atom] = {}
    for atom in found:
        if atom.sab == sab and atom.tty in ttys:
            chosen.setdefault(atom.number, atom)
    return chosen


def _files_row(name: str, rows: int, size: int) -> Row:
    columns = _COLUMNS[name]
    count = str(columns.count(",") + 1)
    return (name, _DESCRIPTIONS[name], columns, count, str(rows), str(size))


def _write(path: Path, rows: Sequence[Row]) -> tuple[int, int]:
    """Write ``rows`` and return how many they are and how many bytes they take."""
    text = "".join("|".join(row) + "|\n" for row in rows).encode()
    path.write_bytes(text)
    return len(rows), len(text)
