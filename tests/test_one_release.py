"""A query that a new release overtakes is answered from one of the two."""

from collections.abc import Callable, Sequence

from termsearch.encoder import Vectors
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from tests.concepts import concept
from tests.conftest import Store, WordHash


class Overtaken(WordHash):
    """An encoder during whose second call something happens."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self._then, self.calls = then, 0

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        self.calls += 1
        if self.calls == 2:
            self._then()
        return super().encode(names, unit=unit)


def test_a_query_that_a_new_release_overtakes_is_of_one_release(
    store: Store, encoder: WordHash
) -> None:
    def publish(release: str, *names: str) -> None:
        index = store.make(encoder)
        made = [concept("local", f"{n}", name, release=release) for n, name in enumerate(names)]
        ingest(made, "test", encoder, index, replace_all=True)
        index.publish()
        store.leave(index)

    publish("1", "old cough", "old fever", "old pain")
    index = store.open()
    overtaken = Overtaken(lambda: publish("2", "new cough", "new fever"))
    search = TermSearch(index, lambda: overtaken)

    answer = search.query("lt cough")

    assert overtaken.calls > 1  # "left cough", which is found no better
    names = {hit.name.partition(" ")[0] for hit in answer.results}
    assert (names, answer.index.releases) in [({"old"}, {"local": "1"}), ({"new"}, {"local": "2"})]
    store.leave(index)
