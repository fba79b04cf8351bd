from search_spaces.count import Run
from search_spaces.searchers.beam import Beam
from search_spaces.searchers.protocol import History
from search_spaces.searchers.stage_halving import StageHalving
from search_spaces.searchers.table import SimulatedTable, play


def test_a_beam_of_89_stages_opens_all_then_three_then_eight(table: SimulatedTable) -> None:
    history = play(Beam(table.pool.draws, budget=89), table, budget=89).history
    depths = [len(run.plan.trunk) for run in history.proposed]
    assert [depths.count(depth) for depth in (1, 2, 3)] == [9, 24, 56]
    assert depths == sorted(depths)
    assert len({run.plan.trunk[:1] for run in history.proposed if len(run.plan.trunk) == 2}) == 3
    assert len({run.plan.trunk[:2] for run in history.proposed if len(run.plan.trunk) == 3}) == 8


def test_a_beam_continues_the_best_plans_by_their_own_scores(table: SimulatedTable) -> None:
    history = play(Beam(table.pool.draws, budget=89), table, budget=89).history
    singles = sorted(
        (seen.value, seen.run.plan.trunk) for seen in history.observations if len(seen.run.plan.trunk) == 1
    )
    continued = {run.plan.trunk[:1] for run in history.proposed if len(run.plan.trunk) == 2}
    assert continued == {trunk for _, trunk in singles[-3:]}


def test_halving_continues_one_prefix_in_three(table: SimulatedTable) -> None:
    longest = [draw for draw in table.pool.draws if len(draw.plan.trunk) == 3]
    history = play(StageHalving(longest, seed=0), table, budget=40).history
    by_depth = [[seen.value for seen in history.observations if len(seen.run.plan.trunk) == d] for d in (1, 2, 3)]
    assert len(by_depth[0]) == 9
    assert by_depth[2], "somebody came to the end"
    opened = {run.plan.trunk[0] for run in history.proposed if len(run.plan.trunk) == 2}
    assert len(opened) < 9


def test_halving_goes_on_to_the_end_of_a_large_budget_and_repeats_nothing(table: SimulatedTable) -> None:
    longest = [draw for draw in table.pool.draws if len(draw.plan.trunk) == 3]
    history = play(StageHalving(longest, seed=0), table, budget=240).history
    assert history.spent == 240
    assert len(history.proposed) == len(history.observed) == 240


def test_halving_plays_out_the_same_from_a_record(table: SimulatedTable) -> None:
    longest = [draw for draw in table.pool.draws if len(draw.plan.trunk) == 3]
    halving = StageHalving(longest, seed=0)
    history = play(halving, table, budget=30).history
    copied = History()
    for run in history.proposed:
        copied.propose(run)
    for run, value, _ in history.observations:
        copied.observe(run, value)
    assert halving.propose(history) == StageHalving(longest, seed=0).propose(copied)
    assert Run(halving.propose(history).plan, 0) not in history.observed  # type: ignore[union-attr]
