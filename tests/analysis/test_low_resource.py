"""Planted gains: slopes are found, and luck in the baseline is not taken for a gain of weak languages."""

import json

import numpy as np
import pytest
from scipy import stats

from analysis.attributes import Circumstances
from analysis.finals import Finals
from analysis.load import load
from analysis.low_resource import low_resource, low_resource_table, of_run
from analysis.report import render
from analysis.summary import summarise
from evaluators.errors import CairnError
from evaluators.languages import LANGUAGES

KNOWN = tuple(code for code, one in LANGUAGES.items() if one.wiki_millions is not None and code != "en")
LAYOUT = {"xnli": KNOWN[:30], "panx": KNOWN}
XLMR = Circumstances(encoder="FacebookAI/xlm-roberta-base")


def planted(*, on_size=0.0, on_level=0.0, on_unseen=0.0, luck=0.0, seeds=(1, 2, 3), draw=0, layout=LAYOUT) -> Finals:
    """True levels scatter by 6 points, tasks differ by 20; gains follow what is planted, luck differs by seed."""
    rng = np.random.default_rng(draw)
    true = {(task, code): 60.0 + 20.0 * (task == "panx") + rng.normal(0, 6) for task in layout for code in layout[task]}

    def gain(cell) -> float:
        language = LANGUAGES[cell[1]]
        unseen = "XLM-R" in language.unseen_by
        level = true[cell] - 60.0 - 20.0 * (cell[0] == "panx")
        return 2.0 + on_size * np.log10(language.wiki_millions) + on_level * level + on_unseen * unseen

    cells = {
        (arm, seed, "test"): {
            cell: value + gain(cell) * (arm == "winner 1") + rng.normal(0, luck) for cell, value in true.items()
        }
        for arm in ("direct", "winner 1")
        for seed in seeds
    }
    return Finals(cells=cells, arms=("winner 1", "direct"), seeds=tuple(seeds), layout=layout, common=layout)


def slopes(**options):
    return low_resource(planted(**options), "winner 1", options.get("layout", LAYOUT), XLMR)


def test_planted_slopes_are_found_without_luck() -> None:
    found = slopes(on_size=-1.5, luck=0.0)
    assert found["by_size"]["slope"] == pytest.approx(-1.5)
    assert found["unseen"]["languages"] == len(KNOWN)
    assert slopes(on_unseen=3.0)["unseen"]["slope"] == pytest.approx(3.0)
    level = slopes(on_level=-0.2)
    assert [level[name]["slope"] for name in ("by_baseline", "without_luck")] == pytest.approx([-0.2, -0.2])
    assert level["by_luck"] == pytest.approx(0.0, abs=1e-9)


def test_luck_alone_makes_a_slope_and_is_seen_through() -> None:
    rounds = [slopes(luck=4.0, draw=draw) for draw in range(30)]
    naive = np.mean([one["by_baseline"]["slope"] for one in rounds])
    luck = np.mean([one["by_luck"] for one in rounds])
    assert naive == pytest.approx(-(4.0**2 / 3) / (6.0**2 + 4.0**2 / 3), abs=0.02)
    assert luck == pytest.approx(naive, abs=0.02)
    assert np.mean([one["without_luck"]["slope"] for one in rounds]) == pytest.approx(0.0, abs=0.02)
    assert sum(one["without_luck"]["low"] <= 0 <= one["without_luck"]["high"] for one in rounds) >= 25
    assert sum(one["by_baseline"]["high"] < 0 for one in rounds) >= 15  # 1 if its interval could be believed


def test_a_true_slope_is_found_through_luck() -> None:
    found = [slopes(on_level=-0.3, luck=4.0, draw=draw)["without_luck"] for draw in range(30)]
    assert np.mean([one["slope"] for one in found]) == pytest.approx(-0.3, abs=0.02)
    assert sum(one["low"] <= -0.3 <= one["high"] for one in found) >= 25


@pytest.mark.parametrize(("name", "planned"), [("by_size", {"on_size": 1.0}), ("without_luck", {"on_level": 0.0})])
@pytest.mark.parametrize(("languages", "tasks"), [(5, 1), (5, 4), (8, 4), (15, 3), (40, 1)])
def test_intervals_hold_the_truth_as_often_as_they_say_with_few_languages_too(languages, tasks, name, planned) -> None:
    layout = {task: KNOWN[:languages] for task in ("panx", "xnli", "udpos", "mlqa")[:tasks]}
    (truth,) = planned.values()
    rounds = [slopes(**planned, luck=4.0, draw=draw, layout=layout)[name] for draw in range(100)]
    known = [one for one in rounds if one is not None]
    assert len(known) >= 70
    assert sum(one["low"] <= truth <= one["high"] for one in known) >= stats.binom.ppf(0.005, len(known), 0.95)


def test_a_slope_that_hangs_on_one_language_is_not_given() -> None:
    seen = [code for code in KNOWN if "XLM-R" not in LANGUAGES[code].unseen_by]
    unseen = [code for code in KNOWN if "XLM-R" in LANGUAGES[code].unseen_by]
    assert slopes(layout={"xnli": (*seen[:6], unseen[0])})["unseen"] is None
    assert slopes(layout={"xnli": (*seen[:6], *unseen[:2])})["unseen"] is not None


def test_one_seed_says_nothing_of_luck_and_four_languages_nothing_at_all() -> None:
    single = slopes(seeds=(1,))
    assert single["by_baseline"] is not None
    assert single["without_luck"] is single["by_luck"] is None
    few = slopes(layout={"xnli": KNOWN[:4]})
    assert few["by_size"] is few["unseen"] is few["by_baseline"] is few["by_luck"] is None


def test_what_is_not_known_of_a_language_is_not_guessed() -> None:
    found = low_resource(planted(), "winner 1", LAYOUT, Circumstances(encoder="someone/something"))
    assert found["unseen"] is None
    assert {row["unseen"] for row in found["languages"]} == {None}
    assert found["by_size"] is not None


def test_an_arm_that_was_not_run_has_no_slopes() -> None:
    assert low_resource(planted(), "winner 2", LAYOUT, XLMR) is None


def test_a_run_has_them_in_its_summary_its_page_and_its_row(full_run) -> None:
    run = load(full_run().write())
    summary = summarise(run)
    (found,) = summary["low_resource"]
    assert {row["language"] for row in found["languages"]} == {"de", "ja", "sw", "th", "yo"}
    assert json.loads(json.dumps(summary, allow_nan=False))
    assert "Do languages with little text gain more?" in render(summary)
    table = low_resource_table([of_run(run)]).splitlines()
    assert len(table) == 3 and "winner 1" in table[2]
    with pytest.raises(CairnError, match="name an arm"):
        of_run(run, "winner 9")
