"""Write the demo release from its hand-written table.

    python -m tools.make_demo            # into termsearch/demo/release
    python -m tools.make_demo FOLDER     # anywhere else

Same table in, same bytes out.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.demo.mesh import write_mesh
from tools.demo.snomedct import write_snomedct
from tools.demo.source import read_concepts, read_retired
from tools.demo.umls_files import write_umls

__all__ = ["RELEASE", "TABLES", "make_demo"]

_ROOT = Path(__file__).parent.parent
TABLES = _ROOT / "tools" / "demo"
RELEASE = _ROOT / "termsearch" / "demo" / "release"


def make_demo(folder: Path) -> None:
    """Write the release in all three formats into ``folder``; files of other names stay."""
    concepts = read_concepts(TABLES / "concepts.tsv")
    retired = read_retired(TABLES / "retired.tsv", concepts)
    write_mesh(folder / "mesh", concepts)
    write_snomedct(folder / "snomedct", concepts, retired)
    write_umls(folder / "umls", concepts, retired)


def main(arguments: Sequence[str]) -> None:
    """Write into the folder that was named, or into the package."""
    make_demo(Path(arguments[0]) if arguments else RELEASE)


if __name__ == "__main__":
    main(sys.argv[1:])
