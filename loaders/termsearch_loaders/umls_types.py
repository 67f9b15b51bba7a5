"""Semantic types of the UMLS and the groups they belong to.

A release names the types (MRSTY) and leaves the groups out. They are published with the
Semantic Network: https://www.nlm.nih.gov/research/umls/knowledge_sources/semantic_network
(SemGroups.txt: 15 groups, 127 types in 2018; the retired types of older releases are here too).
"""

from collections.abc import Iterable

from termsearch.concept import SemanticType

__all__ = ["GROUPS", "GROUP_OF", "semantic_types"]

#: Group code to its name and its types.
GROUPS: dict[str, tuple[str, str]] = {
    "ACTI": ("Activities & Behaviors", "T051 T052 T053 T054 T055 T056 T057 T064 T066"),
    "ANAT": ("Anatomy", "T017 T018 T021 T022 T023 T024 T025 T026 T029 T030 T031"),
    "CHEM": ("Chemicals & Drugs",
             "T103 T104 T109 T110 T111 T114 T115 T116 T118 T119 T120 T121 T122 T123 T124 T125 "
             "T126 T127 T129 T130 T131 T192 T195 T196 T197 T200"),
    "CONC": ("Concepts & Ideas", "T077 T078 T079 T080 T081 T082 T089 T102 T169 T170 T171 T185"),
    "DEVI": ("Devices", "T074 T075 T203"),
    "DISO": ("Disorders", "T019 T020 T033 T037 T046 T047 T048 T049 T050 T184 T190 T191"),
    "GENE": ("Genes & Molecular Sequences", "T028 T085 T086 T087 T088"),
    "GEOG": ("Geographic Areas", "T083"),
    "LIVB": ("Living Beings",
             "T001 T002 T003 T004 T005 T006 T007 T008 T009 T010 T011 T012 T013 T014 T015 T016 "
             "T096 T097 T098 T099 T100 T101 T194 T204"),
    "OBJC": ("Objects", "T071 T072 T073 T167 T168"),
    "OCCU": ("Occupations", "T090 T091"),
    "ORGA": ("Organizations", "T092 T093 T094 T095"),
    "PHEN": ("Phenomena", "T034 T038 T067 T068 T069 T070"),
    "PHYS": ("Physiology", "T032 T039 T040 T041 T042 T043 T044 T045 T201"),
    "PROC": ("Procedures", "T058 T059 T060 T061 T062 T063 T065"),
}  # fmt: skip

#: Type to the code and the name of its group.
GROUP_OF = {tui: (group, name) for group, (name, types) in GROUPS.items() for tui in types.split()}


def semantic_types(named: Iterable[tuple[str, str]]) -> tuple[SemanticType, ...]:
    """Types with their groups, from (TUI, name); a type newer than our table has no group."""
    return tuple(
        SemanticType(tui, name, *GROUP_OF.get(tui, ("", ""))) for tui, name in dict(named).items()
    )
