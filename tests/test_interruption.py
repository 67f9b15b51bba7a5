"""An ingest that is killed or interrupted at any moment: nothing lost, nothing half-switched."""

import os
import random
from pathlib import Path

import pytest

from termsearch.index.manifest import Manifest
from tests.ward import Content, Ward

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGKILL")

KILLS = 20

#: While the generation that answers is copied.
COPYING = ["lock:1", "_copy_file:2", "_begin_copy:1+0.01"]

#: In the middle of every other stage, in their order: each run goes on where the last one died,
#: which may be behind an earlier stage.
STAGES = [
    "_table:1",  # reading
    "WordHash.encode:2",  # embedding
    "EdgeWriter.put:2",  # storing
    "EdgeWriter.rewrite:1+0.001",
    "Intake._remove_unseen:1",
    "EdgeWriter.remove:1",
    "EdgeWriter.optimize:1+0.001",  # building the graph: no later, or all is done
    "write_manifest:2",
    "fsync:3",
    "require_sound:1",  # publishing
    "sync:1",
    "sync:1+0.002",
]

#: Between the switch and the end: the new release answers already.
SWITCHED = ["_clear:2", "delete:1", "delete:1+0.001"]


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    """Release 1 answers, release 2 is in the file."""
    made = Ward(tmp_path)
    made.write(1)
    assert made.ingest().returncode == 0
    made.write(2)
    return made


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Manifest, Content]:
    """What one run that nobody disturbs makes of release 2."""
    ward = Ward(tmp_path_factory.mktemp("alone"))
    ward.write(2)
    assert ward.ingest().returncode == 0
    return ward.content()


def drawn(number: int) -> list[str]:
    """Moments over the whole of an ingest, which makes no fewer calls than the bound here."""
    chance = random.Random(20)  # noqa: S311  # a sample, no secret
    return [str(chance.randrange(1, 300_000)) for _ in range(number)]


def test_an_ingest_killed_twenty_times_ends_as_one_that_was_not(
    ward: Ward, expected: tuple[Manifest, Content]
) -> None:
    before = ward.content()
    anew = [*drawn(KILLS - len(COPYING) - len(STAGES)), *COPYING]

    for moment in [*anew, *STAGES]:
        killed = ward.ingest(moment, "KILL", *(["--discard"] if moment in anew else []))

        assert killed.returncode < 0, f"{moment}: {killed.stdout}{killed.stderr}"
        assert ward.content() == before, moment
    done = ward.ingest()

    assert done.returncode == 0, done.stderr
    assert ward.content() == expected
    assert ward.generations() == ["2"]


@pytest.mark.parametrize("moment", SWITCHED)
def test_a_kill_after_the_switch_leaves_the_new_release_whole(
    ward: Ward, expected: tuple[Manifest, Content], moment: str
) -> None:
    killed = ward.ingest(moment)

    seen = ward.content()
    ward.write(3)
    done = ward.ingest()

    assert killed.returncode < 0, f"{killed.stdout}{killed.stderr}"
    assert seen == expected
    assert done.returncode == 0, done.stderr
    assert ward.generations() == ["3"]


@pytest.mark.parametrize(
    "moment", ["_copy_file:2", "WordHash.encode:2", "EdgeWriter.put:2", "sync:1"]
)
def test_an_interrupt_is_one_line_and_the_next_run_goes_on(
    ward: Ward, expected: tuple[Manifest, Content], moment: str
) -> None:
    before = ward.content()

    stopped = ward.ingest(moment, "INT")
    seen = ward.content()
    done = ward.ingest()

    assert stopped.returncode == 130, stopped.stderr
    assert stopped.stderr.splitlines()[-1].startswith("Interrupted. Everything stored")
    assert "Traceback" not in stopped.stderr
    assert seen == before
    assert done.returncode == 0, done.stderr
    assert ward.content() == expected
