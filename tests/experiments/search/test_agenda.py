"""The agenda against a slow, obvious statement of what it promises, played out with random trials and workers."""

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.planning.makespan import play
from experiments.search.agenda import Agenda, Step

Chain = list[Step]


def chain(*names: str, cost: float = 1.0) -> Chain:
    """A, A/B, A/B/C ...: a path of the trie."""
    return [Step("/".join(names[: length + 1]), cost) for length in range(len(names))]


def orders(tasks: int, length: int) -> list[list[Chain]]:
    return [[chain(*order)] for order in itertools.permutations("ABCDEFGHI"[:tasks], length)]


def test_those_who_want_a_stage_in_work_wait_and_all_move_on_when_it_is_stored() -> None:
    agenda = Agenda(2)
    agenda.add(1, chain("A", "B"))
    agenda.add(2, chain("A", "C"))
    assert agenda.take() == 1
    assert agenda.take() is None, "2 wants A, which 1 trains"
    assert agenda.passed(1, "A"), "1 goes on with A/B"
    assert agenda.take() == 2
    assert agenda.passed(2, "A/C") and agenda.passed(1, "A/B"), "only to be judged"


def test_who_comes_to_a_stage_in_work_gives_way() -> None:
    agenda = Agenda(2, stored=["A"])
    agenda.add(1, chain("A", "B", "C"))
    agenda.add(2, chain("A", "D"))
    agenda.add(3, chain("A", "B", "C"))
    assert agenda.take() == 1, "its stage is wanted by most"
    assert agenda.take() == 2
    assert agenda.passed(1, "A/B")  # on to A/B/C
    assert agenda.take() is None
    agenda.drop(2)
    agenda.give_back(1)  # its turn ended before A/B/C was stored
    assert agenda.take() == 1
    assert agenda.take() is None
    assert agenda.passed(1, "A/B/C")
    assert agenda.take() == 3, "only to be judged"


def test_a_next_chain_is_climbed_at_once_unless_its_stage_is_in_work() -> None:
    agenda = Agenda(2)
    agenda.add(1, chain("A"))
    agenda.add(2, chain("B"))
    assert {agenda.take(), agenda.take()} == {1, 2}
    assert agenda.passed(1, "A")
    assert not agenda.climb(1, chain("B", "A"))
    assert agenda.take() is None
    agenda.passed(2, "B")
    assert agenda.take() == 1


def test_a_stage_of_another_study_is_looked_at_again_later() -> None:
    now = [0.0]
    stored: set[str] = set()
    agenda = Agenda(1, is_stored=stored.__contains__, clock=lambda: now[0])
    agenda.add(1, chain("A", "B"))
    assert agenda.take() == 1
    agenda.trained_elsewhere(1, "A")
    assert agenda.take() is None
    now[0] = 6.0
    assert agenda.take() == 1, "perhaps it was given up there"
    agenda.trained_elsewhere(1, "A")
    stored.add("A")
    now[0] = 12.0
    assert agenda.take() == 1
    agenda.trained_elsewhere(1, "A/B")
    assert agenda.take() is None, "A was found, so A/B is what it wants"


def test_few_trained_stages_are_waited_for_at_any_time() -> None:
    for workers in (1, 4, 16):
        assert play(orders(9, 3), workers).live <= workers * 3


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 6, 8, 12, 16])
def test_the_orders_of_three_of_nine_take_hardly_longer_than_they_must(workers: int) -> None:
    played = play(orders(9, 3), workers)
    assert played.stages == played.work == 585
    assert played.seconds <= 1.03 * played.bound


def test_with_more_workers_than_first_stages_the_end_is_not_trained_alone() -> None:
    played = play(orders(9, 3), 64)
    assert played.seconds == 10, "9 + 72 + 504 stages cannot be done faster by 64"


trees = st.lists(
    st.lists(st.lists(st.sampled_from("ABCD"), min_size=0, max_size=4), min_size=1, max_size=3), min_size=1, max_size=12
)


@settings(max_examples=300, deadline=None)
@given(trees, st.integers(1, 6), st.integers(0, 2**32).map(random.Random))
def test_every_stage_is_trained_once_and_nobody_waits_for_nothing(
    names: Sequence[Sequence[Sequence[str]]], workers: int, rng: random.Random
) -> None:
    """Workers finish in any order, turns end early, some stages are there already."""
    climbs = [[chain(*path) for path in rungs] for rungs in names]
    everything = sorted({step.key for chains in climbs for one in chains for step in one})
    there = {key for key in everything if rng.random() < 0.2}
    agenda = Agenda(workers, stored=there)
    at, trained = dict.fromkeys(range(len(climbs)), 0), list[str]()
    for number, chains in enumerate(climbs):
        agenda.add(number, chains[0])
    working: dict[int, str | None] = {}

    def wanted(number: int) -> str | None:
        return next((step.key for step in climbs[number][at[number]] if step.key not in there), None)

    while True:
        while len(working) < workers and (taken := agenda.take()) is not None:
            assert taken not in working
            assert wanted(taken) is None or wanted(taken) not in working.values(), "two would train one stage"
            working[taken] = wanted(taken)
        idle = [number for number in at if number not in working and at[number] < len(climbs[number])]
        if len(working) < workers:
            assert all(wanted(number) in set(working.values()) - {None} for number in idle), "somebody could work"
        if not working:
            break
        number = rng.choice(sorted(working))
        key = working.pop(number)
        if rng.random() < 0.1:  # its worker was lost for good, or another Tune trial takes over
            agenda.give_back(number)
            continue
        if key is not None:
            assert key not in there
            there.add(key)
            trained.append(key)
            if agenda.passed(number, key):
                working[number] = wanted(number)
            continue
        at[number] += 1
        if at[number] == len(climbs[number]):
            agenda.drop(number)
        elif agenda.climb(number, climbs[number][at[number]]):
            working[number] = wanted(number)
    assert len(trained) == len(set(trained))
    assert there == set(everything) | there
    assert all(at[number] == len(climbs[number]) for number in at)


@settings(max_examples=100, deadline=None)
@given(trees, st.integers(1, 8))
def test_no_play_is_faster_than_the_bound(names: Sequence[Sequence[Sequence[str]]], workers: int) -> None:
    climbs = [[chain(*path) for path in rungs] for rungs in names]
    played = play(climbs, workers)
    everything = {step.key for chains in climbs for one in chains for step in one}
    assert played.stages == len(everything)
    assert played.bound <= played.seconds <= played.work
    assert play(climbs, workers, stored=everything).seconds == 0
