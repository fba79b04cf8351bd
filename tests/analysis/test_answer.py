import pytest

from analysis.load import load
from analysis.summary import summarise


def answer_of(writer):
    return summarise(load(writer.write()))["answer"]


def flat(writer, arms, value=60.0):
    for score in writer.scores:
        if score["arm"] in arms:
            score["value"] = (
                value + 0.01 * score["seed"] + (0.5 if score["arm"] == "direct" and score["seed"] == 11 else 0)
            )


def test_a_clear_winner_is_called_better_with_interval_and_seeds(full_run):
    first, second, third = answer_of(full_run())
    assert "winner 1 (" in first
    assert "is better than direct fine-tuning: +1.98 points" in first
    assert "3 fresh seeds: 11, 12, 13" in first
    assert "winner 2 is better than direct (+1." in first
    assert "is better than mnli alone, the best single task on dev (+0.89 points" in second
    assert "all tasks mixed (+0." in second
    assert "by en-dev (one seed)" in third
    assert "points more than test gave (95\u00a0% interval of the difference" in third


def test_what_was_asked_about_is_named_beside_the_headline(full_run):
    """The gain grows by half from one language to the next; English, the second of three or four, is left out."""
    first, *_ = answer_of(full_run(noise=0))
    assert "and in languages it was not fine-tuned on is better than it (+2.11 points, 95\u00a0% interval" in first


def test_a_gain_that_is_all_english_is_no_transfer(full_run):
    writer = full_run()
    flat(writer, {"winner 1", "direct"})
    for score in writer.scores:
        if score["arm"] == "winner 1" and score["language"] == "en":
            score["value"] += 20
    first, *_ = answer_of(writer)
    assert "is better than direct fine-tuning: +4.42 points" in first
    assert "in languages it was not fine-tuned on is not distinguishable from it (\u22120.17 points" in first


def test_where_the_headline_holds_no_english_the_gain_is_told_once(full_run):
    writer = full_run()
    writer.scores = [score for score in writer.scores if score["language"] != "en"]
    assert "not fine-tuned on" not in answer_of(writer)[0]


def test_exact_numbers_are_said_exactly(full_run):
    first, _, third = answer_of(full_run(noise=0, dev_bonus=0.5))
    assert "+2.08 points (95\u00a0% interval +2.08 to +2.08;" in first
    assert "its gain is +2.58 points on dev and +2.08 points on test, so dev promised 0.50 points more" in third


def test_arms_that_do_not_differ_are_not_told_apart(full_run):
    writer = full_run()
    flat(writer, {"winner 1", "direct"})
    first, *_ = answer_of(writer)
    assert "is not distinguishable from direct fine-tuning: −0.17 points" in first


def test_a_winner_that_is_worse_is_called_worse(full_run):
    writer = full_run()
    flat(writer, {"winner 1"}, value=20.0)
    assert "is worse than direct fine-tuning: −" in answer_of(writer)[0]


def test_one_seed_shows_nothing(full_run):
    text = " ".join(answer_of(full_run(seeds=(11,))))
    assert "is better" not in text
    assert "one seed, so no interval" in text


def test_dev_can_promise_less(full_run):
    assert "0.40 points less than test gave" in answer_of(full_run(noise=0, dev_bonus=-0.4))[2]


@pytest.mark.parametrize("missing", ["all mixed", "mnli alone", "squad1 alone", "target longer"])
def test_a_control_that_was_not_evaluated_is_not_spoken_of(full_run, missing):
    writer = full_run()
    writer.scores = [row for row in writer.scores if row["arm"] != missing]
    assert missing not in " ".join(answer_of(writer))


def test_without_controls_the_question_stays_open(full_run):
    writer = full_run()
    writer.scores = [row for row in writer.scores if row["arm"] in ("winner 1", "direct")]
    assert "is open" in answer_of(writer)[1]


def test_a_winner_that_is_a_controls_plan_is_not_compared_with_itself(full_run):
    writer = full_run()
    mixed = next(row["plan"] for row in writer.scores if row["arm"] == "all mixed")
    for score in writer.scores:
        if score["arm"] == "winner 1":
            score["plan"] = mixed
    assert "is the very plan of all tasks mixed" in answer_of(writer)[1]


def test_without_direct_no_gain_is_claimed(full_run):
    writer = full_run()
    writer.scores = [row for row in writer.scores if row["arm"] != "direct"]
    first, _, third = answer_of(writer)
    assert "is open" in first
    assert "cannot be said" in third


def test_controls_alone_have_no_winner(full_run):
    writer = full_run()
    writer.scores = [row for row in writer.scores if not row["arm"].startswith("winner")]
    assert answer_of(writer) == [
        "There is no winner to speak of: the search chose none, and the finals hold controls only."
    ]


def test_no_finals_no_answer(full_run):
    writer = full_run()
    writer.scores = []
    assert answer_of(writer) == ["There is no answer yet: the finals have not been run."]


def test_order_is_never_claimed_to_matter(full_run):
    assert "order" not in " ".join(answer_of(full_run())).lower()
