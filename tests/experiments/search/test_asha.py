import itertools
import math

from experiments.search.asha import Decision, Halving, Verdict

GO_ON, STOP, DONE = Verdict.GO_ON, Verdict.STOP, Verdict.DONE


def halving(judged: int, controls: int = 0, rungs: int = 3, eta: int = 3) -> Halving:
    made = Halving(rungs, eta)
    for number in range(1, controls + judged + 1):
        made.add(number, judged=number > controls)
    return made


def test_nobody_is_stopped_before_eta_trials_are_compared() -> None:
    rungs = halving(3)
    assert rungs.report(1, 0, 0.1) == [Decision(1, 0, GO_ON)]
    assert rungs.report(2, 0, 0.3) == [Decision(2, 0, GO_ON)]
    assert rungs.report(3, 0, 0.2) == [Decision(3, 0, STOP)]


def test_the_best_third_goes_on() -> None:
    rungs = halving(6)
    scores = [0.5, 0.4, 0.6, 0.7, 0.1, 0.65]
    verdicts = [rungs.report(n, 0, score)[0].verdict for n, score in enumerate(scores, start=1)]
    # 3 compared: best 1 (.6); 4: best 1 (.7); 5: best 1 (.7); 6: best 2 (.7, .65)
    assert verdicts == [GO_ON, GO_ON, GO_ON, GO_ON, STOP, GO_ON]


def test_equal_scores_go_on() -> None:
    rungs = halving(3)
    assert [rungs.report(n, 0, 0.5)[0].verdict for n in (1, 2, 3)] == [GO_ON, GO_ON, GO_ON]


def test_the_last_rung_ends_a_trial_whatever_its_score() -> None:
    rungs = halving(1)
    assert [rungs.report(1, rung, 0.0)[0].verdict for rung in range(3)] == [GO_ON, GO_ON, DONE]
    assert rungs.is_over(1)


def test_a_score_that_is_not_a_number_is_worst() -> None:
    rungs = halving(2)
    assert rungs.report(1, 0, math.nan) == [Decision(1, 0, STOP)]
    assert rungs.report(2, 0, -5.0) == [Decision(2, 0, GO_ON)]


def test_controls_are_never_stopped_and_never_compared_with() -> None:
    rungs = halving(3, controls=3)
    for control in (1, 2, 3):
        assert rungs.report(control, 0, 0.0) == [Decision(control, 0, GO_ON)]
    assert [rungs.report(n, 0, score)[0].verdict for n, score in ((4, 0.3), (5, 0.2), (6, 0.1))] == [GO_ON, GO_ON, STOP]


def test_a_report_waits_for_earlier_proposals() -> None:
    rungs = halving(3)
    assert rungs.report(3, 0, 0.2) == []
    assert rungs.report(1, 0, 0.1) == [Decision(1, 0, GO_ON)]
    assert rungs.report(2, 0, 0.3) == [Decision(2, 0, GO_ON), Decision(3, 0, STOP)]


def test_an_earlier_trial_that_was_stopped_is_not_waited_for_at_higher_rungs() -> None:
    rungs = halving(4, eta=2)
    for number, score in ((1, 0.9), (2, 0.1), (3, 0.95)):
        rungs.report(number, 0, score)
    assert rungs.is_over(2)
    rungs.report(1, 1, 0.9)
    assert rungs.report(3, 1, 0.95) == [Decision(3, 1, GO_ON)]


def test_a_failed_trial_is_waited_for_no_more() -> None:
    rungs = halving(2)
    assert rungs.report(2, 0, 0.5) == []
    assert rungs.fail(1) == [Decision(2, 0, GO_ON)]


def test_reports_beyond_an_open_decision_are_forgotten_if_it_is_a_stop() -> None:
    rungs = halving(3)
    for rung in range(3):
        assert rungs.report(3, rung, 0.2) == []
    rungs.report(1, 0, 0.1)
    assert rungs.report(2, 0, 0.3) == [Decision(2, 0, GO_ON), Decision(3, 0, STOP)]
    assert rungs.reached(3) == 0


def test_a_report_repeated_after_a_crash_changes_nothing() -> None:
    rungs = halving(2)
    rungs.report(1, 0, 0.5)
    assert rungs.report(1, 0, 0.1) == []
    assert rungs.report(1, 1, 0.6) == [Decision(1, 1, GO_ON)]


def test_decisions_are_the_same_in_every_order_of_arrival() -> None:
    scores = {1: (0.3, 0.5), 2: (0.4, 0.4), 3: (0.1, 0.9), 4: (0.6, 0.2)}
    reports = [(number, rung, value) for number, values in scores.items() for rung, value in enumerate(values)]
    outcomes = set()
    for order in itertools.permutations(reports):
        if any(order.index(r) > order.index(s) for r, s in itertools.combinations(reports, 2) if r[0] == s[0]):
            continue
        rungs, decided = halving(4, rungs=2, eta=2), []
        for report in order:
            decided += rungs.report(*report)
        outcomes.add(tuple(sorted((d.trial, d.rung, d.verdict) for d in decided)))
    assert len(outcomes) == 1
