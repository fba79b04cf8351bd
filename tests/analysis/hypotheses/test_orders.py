from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from analysis.hypotheses.claims import Before, First, Neighbours
from analysis.hypotheses.finding import Finding, Unanswered
from analysis.hypotheses.orders import Tasks, agreement, contrast_of, on_table
from analysis.order.sources import Evidence
from analysis.order.strata import Strata
from analysis.order.table import OrderTable

NOTHING = Tasks(sizes={}, kinds={})
TASKS = Tasks(
    sizes={"mnli": 300, "squad1": 200, "ccg": 100, "qqp": 300},
    kinds={"mnli": "pair", "qqp": "pair", "squad1": "span", "ccg": "tags"},
)


def table_of(plan_of, scores):
    plans = tuple(plan_of(order) for order in scores)
    rows = np.array(list(scores.values()), dtype=float)
    return OrderTable(plans, tuple(range(rows.shape[1])), rows)


def answered(form, table, by=1.0, tasks=TASKS):
    return on_table(form, by, Evidence("search", table), Strata(table), tasks)


def test_one_task_before_another_is_all_or_nothing(plan_of):
    form = Before(("mnli",), ("squad1",))
    assert [agreement(form, plan_of(order), NOTHING) for order in ("msc", "csm", "scm", "mc", "m+s")] == [
        *(1.0, 0.0, 0.0),
        *(None, None),
    ]


def test_groups_of_tasks_share_out_their_pairs(plan_of):
    form = Before(("mnli", "qqp"), ("squad1",))
    assert [agreement(form, plan_of(order), NOTHING) for order in ("mqs", "msq", "smq")] == [1.0, 0.5, 0.0]


def test_large_tasks_first_is_a_rank_agreement_that_leaves_out_ties(plan_of):
    form = First("large")
    assert [agreement(form, plan_of(order), TASKS) for order in ("msc", "mcs", "csm")] == [
        1.0,
        pytest.approx(2 / 3),
        0.0,
    ]
    assert agreement(First("small"), plan_of("csm"), TASKS) == 1.0
    assert agreement(form, plan_of("mq"), TASKS) is None
    assert agreement(form, plan_of("ms"), NOTHING) is None


def test_neighbours_differ_by_kind_or_by_the_groups_that_are_given(plan_of):
    form = Neighbours("dissimilar", None)
    assert [agreement(form, plan_of(order), TASKS) for order in ("mqs", "msq", "m")] == [0.5, 1.0, None]
    assert agreement(Neighbours("similar", None), plan_of("mqs"), TASKS) == 0.5
    groups = Neighbours("dissimilar", {"one": ("mnli", "squad1")})
    assert [agreement(groups, plan_of(order), TASKS) for order in ("msc", "mcs")] == [0.5, 1.0]


def test_a_mixtures_kinds_count_by_what_two_stages_share(plan_of):
    from search_spaces.plan import Plan

    two = Plan(trunk=(*plan_of("m+s").trunk, *plan_of("q").trunk), targets=())
    assert agreement(Neighbours("dissimilar", None), two, TASKS) == 0.5


def test_of_two_orders_the_effect_is_their_paired_difference(plan_of):
    ours, theirs = np.array([1.0, 2.0, 4.0, 3.5]), np.array([0.5, 1.0, 1.0, 1.5])
    found = answered(Before(("mnli",), ("squad1",)), table_of(plan_of, {"ms": ours, "sm": theirs}), by=2.5)
    assert isinstance(found, Finding)
    assert found.estimate == pytest.approx((ours - theirs).mean())
    assert found.confirming == pytest.approx(stats.ttest_rel(ours, theirs, alternative="greater").pvalue)
    assert found.rejecting == pytest.approx(stats.ttest_rel(ours - 2.5, theirs, alternative="less").pvalue)
    assert found.bounds(0.025) == pytest.approx(tuple(stats.ttest_rel(ours, theirs).confidence_interval(0.95)))


@pytest.mark.parametrize(
    "form", [Before(("mnli",), ("ccg",)), First("large"), Neighbours("dissimilar", {"x": ("mnli", "ccg")})], ids=str
)
def test_a_planted_effect_is_the_estimate_whatever_else_a_set_is_worth(plan_of, form):
    orders = ["".join(order) for letters in ("msc", "msq", "mcq") for order in permutations(letters)]
    scores = {}
    for order in orders:
        agrees = agreement(form, plan_of(order), TASKS)
        span = 1.0 if not isinstance(form, Neighbours) else 0.5
        level = 7.0 * ("q" in order)
        scores[order] = [level + 3.0 * (agrees or 0.0) / span + seed for seed in (0.0, 5.0)]
    table = table_of(plan_of, scores)
    contrast = contrast_of(table, [agreement(form, plan, TASKS) for plan in table.plans])
    assert contrast @ table.scores.mean(axis=1) == pytest.approx(3.0)


REASONS = {
    "one seed": ({"ms": [1.0], "sm": [2.0]}, "one seed each"),
    "nothing to compare": ({"cq": [1.0, 2.0], "qc": [2.0, 0.0]}, "none of the search's orders differ"),
    "no luck to be seen": ({"ms": [2.0, 3.0], "sm": [1.0, 2.0]}, "do not differ at all"),
}


@pytest.mark.parametrize(("scores", "reason"), REASONS.values(), ids=REASONS)
def test_a_table_that_cannot_speak_says_why(plan_of, scores, reason):
    found = answered(Before(("mnli",), ("squad1",)), table_of(plan_of, scores))
    assert isinstance(found, Unanswered)
    assert reason in found.reason


def test_large_tasks_first_needs_tasks_of_different_sizes(plan_of):
    found = answered(First("large"), table_of(plan_of, {"mq": [1.0, 2.0], "qm": [2.0, 0.0]}))
    assert isinstance(found, Unanswered)
    assert "sizes of the tasks in the search's orders are alike, or not on record" in found.reason
