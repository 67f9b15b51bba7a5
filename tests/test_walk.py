"""Walks over a graph reach what a plain search does, nearest first, and end."""

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from termsearch_loaders.walk import ends, levels, reached

NODES = range(8)

Edges = list[tuple[int, int]]

#: A graph with circles, loops and edges drawn twice.
graphs: st.SearchStrategy[Edges] = st.lists(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=30
)


def stepper(edges: Edges) -> Callable[[int], Iterable[int]]:
    return lambda one: (to for low, to in edges if low == one)


def steps_to(edges: Edges) -> dict[int, int]:
    """By node, the fewest steps from 0; what none lead to is not there."""
    steps = {0: 0}
    for _ in NODES:
        for low, to in edges:
            if low in steps:
                steps[to] = min(steps.get(to, len(NODES)), steps[low] + 1)
    return steps


@given(graphs)
def test_a_level_holds_what_is_that_many_steps_away_and_no_less(edges: Edges) -> None:
    steps = steps_to(edges)

    found = list(levels(0, stepper(edges)))

    for number, level in enumerate(found, start=1):
        assert sorted(level) == sorted(one for one, away in steps.items() if away == number)
    assert len(found) == max(steps.values())


@given(graphs)
def test_all_that_can_be_reached_is_each_once_nearest_first_and_never_the_start(
    edges: Edges,
) -> None:
    steps = steps_to(edges)

    found = reached(0, stepper(edges))

    assert sorted([0, *found]) == sorted(steps)
    assert [steps[one] for one in found] == sorted(steps[one] for one in found)


@given(graphs, st.sets(st.sampled_from(NODES)))
def test_ends_are_what_ways_over_others_lead_to(edges: Edges, wanted: set[int]) -> None:
    open_ = [(low, to) for low, to in edges if low == 0 or low not in wanted]
    steps = steps_to(open_)

    found = ends(0, stepper(edges), wanted.__contains__)

    assert sorted(found) == sorted((wanted & steps.keys()) - {0})
    assert [steps[one] for one in found] == sorted(steps[one] for one in found)


def test_what_is_equally_near_comes_in_the_order_of_the_steps() -> None:
    up = {"d": "cb", "c": "a", "b": "ex", "x": "d"}

    def step(one: str) -> str:
        return up.get(one, "")

    assert list(levels("d", step)) == [["c", "b"], ["a", "e", "x"]]
    assert reached("d", step) == ["c", "b", "a", "e", "x"]
    assert ends("d", step, {"a", "b", "x"}.__contains__) == ["b", "a"]


def test_a_way_as_long_as_a_release_is_walked_without_a_limit() -> None:
    assert reached(0, lambda one: [one + 1] if one < 100_000 else ()) == list(range(1, 100_001))
