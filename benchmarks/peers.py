"""Ask other ways of looking names up for the same mentions, beside termsearch.

    pip install -c constraints.txt --group bench
    python -m benchmarks.peers DATA --index ncbi_disease_train=mesh --index gsc_hpo_dev=hp ...

DATA is a folder with the mentions and releases that ``SPLITS`` lists. ``--index SPLIT=NAME`` names
an index of that split's release, made by ``termsearch ingest`` (``TERMSEARCH_HOME`` says where);
without one there are no figures of ours. Accuracy is counted as ``termsearch eval`` counts it.
Every text is asked once, however often it is mentioned, so that no cache is measured. Time is
processor time of all threads: on a shared machine it holds where time on the wall does not (three-
fold between two runs). Writes ``results/peers.md``.
"""

import argparse
import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import process_time
from typing import Final, TypeAlias

from benchmarks.linkers import PEERS, Entry, Linker, Peer, Termsearch
from benchmarks.pages import RESULTS
from benchmarks.peers_page import RANKS, Figure, Speed, page
from termsearch.answer import Mode
from termsearch.connect import connect
from termsearch.evaluate import Mention, Scores, read_mentions
from termsearch.loader import Options, Report, find_loader, recognise
from termsearch.normalize import search_form
from termsearch.settings import Settings
from termsearch.vocabulary import curie

__all__ = ["SPLITS", "asked", "entries", "figures_of", "main", "of_peer", "of_termsearch"]


#: Mentions, ``eval/<name>.tsv``, to the release they are asked of.
SPLITS: Final = {
    "ncbi_disease_train": "mesh/desc2024.xml.gz",
    "ncbi_disease_dev": "mesh/desc2024.xml.gz",
    "mesh_synonyms_dev": "eval/desc2024-heldout.xml.gz",
    "gsc_hpo_dev": "obo/hp_2015-01.obo.gz",
}
MODES: Final[tuple[Mode, ...]] = ("auto", "dense")

#: Split to its mentions.
Splits: TypeAlias = Mapping[str, Sequence[Mention]]


def entries(release: Path) -> list[Entry]:
    """The names of ``release``, each search form of a concept once, in the source's order."""
    concepts = find_loader(recognise(release)).load([release], Options(), Report())
    found: dict[tuple[str, str], Entry] = {}
    for concept in concepts:
        owner = curie(concept.vocabulary, concept.code)
        for name in concept.names:
            if form := search_form(name.text):
                found.setdefault((form, owner), Entry(form, owner, name.text))
    return list(found.values())


def asked(mentions: Sequence[Mention], most: int) -> Sequence[Mention]:
    """All mentions, or a sample of ``most``, the same in every run."""
    if len(mentions) <= most:
        return mentions
    return random.Random(0).sample(mentions, most)  # noqa: S311  # a sample, no secret


def of_peer(
    peer: Peer, names: Sequence[Entry], release: str, splits: Splits, most: int
) -> Iterator[Figure]:
    """The figures of ``peer``, asked ``most`` mentions of a split if it is slow.

    Raises:
        ImportError: Its package is not installed.
    """
    started = process_time()
    peer.index(names)
    made = process_time() - started
    for split, mentions in splits.items():
        some = asked(mentions, most) if peer.slow else mentions
        scores, queries, seconds = _answered(peer, some)
        yield Figure(
            peer.label, split, release, len(mentions), scores, Speed(made, queries, seconds)
        )


def of_termsearch(index: str, release: str, splits: Splits) -> Iterator[Figure]:
    """The figures of one of our indexes in each of ``MODES``."""
    settings = Settings.from_env().model_copy(update={"index": index})
    with connect(settings) as search:
        model = search.manifest.encoder.model.rpartition("/")[2]
        for mode in MODES:
            linker = Termsearch(search, mode)
            linker.query(["fever"], 1)  # loads the encoder, which is no part of a query
            for split, mentions in splits.items():
                scores, queries, seconds = _answered(linker, mentions)
                speed = Speed(None, queries, seconds)
                label = f"termsearch {mode}, {model}"
                yield Figure(label, split, release, len(mentions), scores, speed)


def _answered(linker: Linker, mentions: Sequence[Mention]) -> tuple[Scores, int, float]:
    """Accuracy over ``mentions``, how many distinct texts they are, and processor seconds."""
    texts = list(dict.fromkeys(mention.text for mention in mentions))
    started = process_time()
    answers = dict(zip(texts, linker.query(texts, max(RANKS)), strict=True))
    seconds = process_time() - started
    ranks = [_rank(answers[mention.text], mention.gold) for mention in mentions]
    return Scores.of_ranks(ranks, RANKS), len(texts), seconds


def _rank(found: Sequence[str], gold: frozenset[str]) -> int | None:
    """Of the first that is gold, from 1."""
    return next((rank for rank, each in enumerate(found, 1) if each in gold), None)


def figures_of(given: argparse.Namespace, missing: dict[str, str]) -> Iterator[Figure]:
    """All figures, one release after another; ``missing`` gets the reason of each missing peer."""
    for release in dict.fromkeys(SPLITS[split] for split in given.split):
        splits = {
            split: read_mentions(given.data / "eval" / f"{split}.tsv")
            for split in given.split
            if SPLITS[split] == release
        }
        names = entries(given.data / release)
        for kind in PEERS:
            try:
                yield from of_peer(kind(), names, release, splits, given.sample)
            except ImportError as error:
                missing[kind.label] = str(error)
        for index in dict.fromkeys(given.index[split] for split in splits if split in given.index):
            its = {split: m for split, m in splits.items() if given.index.get(split) == index}
            yield from of_termsearch(index, release, its)


def main(arguments: Sequence[str]) -> None:
    """Measure, tell what is measured as it comes, and write the page."""
    given = _parsed(arguments)
    # Read when torch is imported. Threads that spin while they wait for a core use processor time:
    # 38 queries a processor second for 108 on a machine with three times as much to do as cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    figures: list[Figure] = []
    missing: dict[str, str] = {}
    for each in figures_of(given, missing):
        figures.append(each)
        shares = "/".join(f"{each.scores.accuracy[k].value:.3f}" for k in RANKS)
        rate = each.speed.queries / each.speed.seconds
        sys.stderr.write(
            f"{each.split}: {each.label} {shares}, {rate:,.0f} queries per processor second\n"
        )
    command = ["DATA" if Path(word) == given.data else word for word in arguments]
    text = page(figures, missing, _versions(), f"python -m benchmarks.peers {' '.join(command)}")
    (RESULTS / "peers.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("data", type=Path)
    parser.add_argument("--index", action="append", default=[], metavar="SPLIT=NAME")
    parser.add_argument("--split", action="append", choices=list(SPLITS), help="default: all")
    parser.add_argument("--sample", type=int, default=300, help="mentions for slow peers")
    given = parser.parse_args(arguments)
    given.split = given.split or list(SPLITS)
    pairs = [pair.partition("=")[::2] for pair in given.index]
    given.index = dict(pairs)
    if unknown := [split for split, name in pairs if split not in SPLITS or not name]:
        parser.error(f"--index {unknown[0]}: expected SPLIT=NAME, SPLIT one of {', '.join(SPLITS)}")
    return given


def _versions() -> dict[str, str]:
    """Of what was measured, as far as it is installed."""
    versions = {}
    for package in dict.fromkeys(["termsearch", *(kind.package for kind in PEERS)]):
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return versions


if __name__ == "__main__":
    main(sys.argv[1:])
