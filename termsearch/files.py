"""The files in a folder, the same for whoever reads a release and whoever takes its digest."""

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["files_in"]


def files_in(folder: Path) -> list[Path]:
    """Every file in ``folder`` and in the folders that links in it lead to, sorted.

    Each folder is read once, without a link where that is possible: ``current``, which leads to
    ``2026AA`` beside it, adds nothing. A link to what it lies in itself is not followed.
    """
    return sorted(_found(folder))


def _found(root: Path) -> Iterator[Path]:
    met, waiting = set[Path](), [root]
    for start in waiting:  # which grows: what is behind links comes last
        for within, folders, names in os.walk(start):
            here = Path(within)
            if here.resolve() in met:
                folders.clear()
                continue
            met.add(here.resolve())
            links = [here / name for name in sorted(folders) if (here / name).is_symlink()]
            waiting += [link for link in links if not _leads_up(link, root)]
            yield from (here / name for name in names if (here / name).is_file())


def _leads_up(link: Path, root: Path) -> bool:
    """Whether it leads to what it lies in, or to what ``root`` lies in: that is no part of it."""
    target = link.resolve()
    return any(path.resolve().is_relative_to(target) for path in (link.parent, root))
