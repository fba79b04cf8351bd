"""Every worked example of the published scorers, through files in the official layout, to 1e-9.

A text in place of a number means that they raise there, and so do we.
"""

import json
from pathlib import Path

import pytest

from evaluators.errors import CairnError
from evaluators.metrics.ranking import average_precision
from evaluators.submission.forms import score_file
from evaluators.submission.layout import layout_of
from evaluators.submission.problems import Unscorable
from evaluators.submission.reading import File
from evaluators.suites import XTREME, XTREME_R

HERE = Path(__file__).parent
METRICS = HERE.parent / "metrics"
SHIFTED = {"length-mismatch", "length-mismatch-same-total"}
"""The published scorer goes on with shifted tags; ours refuses."""
SHEETS = {**layout_of(XTREME_R).sheets, **layout_of(XTREME).sheets}


def cases(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=case["case"]) for case in map(json.loads, lines)]


def scored(folder, task, language, predicted, gold, tagging="legacy"):
    """Texts are written as they are; the newline of a JSON string is the newline of the file."""
    sheet = SHEETS[task]
    for side, text in (("predictions", predicted), ("labels", gold)):
        path = folder / side / sheet.file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    files = [File(folder / side, sheet.file(language)) for side in ("predictions", "labels")]
    return score_file(sheet, language, *files, tagging).values


def near(values):
    return pytest.approx(values, rel=0.0, abs=1e-9)


@pytest.mark.parametrize("case", cases(METRICS / "accuracy.jsonl"))
def test_lines_and_accuracy(case, tmp_path):
    language = "et" if case["task"] == "xcopa" else "de"
    if isinstance(case["accuracy"], str):
        with pytest.raises(Unscorable):
            scored(tmp_path, case["task"], language, case["pred"], case["gold"])
    else:
        found = scored(tmp_path, case["task"], language, case["pred"], case["gold"])
        assert found == near({"accuracy": case["accuracy"]})


@pytest.mark.parametrize("tagging", ["legacy", "current"])
@pytest.mark.parametrize("name", ["panx", "udpos"])
@pytest.mark.parametrize("case", [*cases(METRICS / "wikiann.jsonl"), *cases(METRICS / "udpos.jsonl")])
def test_tags(case, name, tagging, tmp_path):
    wanted = case[tagging]
    if isinstance(wanted, str) or case["case"] in SHIFTED:
        with pytest.raises(Unscorable):
            scored(tmp_path, name, "de", case["pred"], case["gold"], tagging)
    else:
        found = scored(tmp_path, name, "de", case["pred"], case["gold"], tagging)
        assert [found["precision"], found["recall"], found["f1"]] == near(wanted)


def squad(golds):
    return {"data": [{"paragraphs": [{"qas": [{"id": "q", "answers": [{"text": text} for text in golds]}]}]}]}


@pytest.mark.parametrize(
    ("name", "case"),
    [
        *((one, case.values[0]) for one in ("xquad", "tydiqa") for case in cases(METRICS / "squad.jsonl")),
        *(("mlqa", case.values[0]) for case in cases(METRICS / "mlqa.jsonl")),
    ],
    ids=lambda value: value["case"] if isinstance(value, dict) else value,
)
def test_answers(name, case, tmp_path):
    predicted, gold = json.dumps({"q": case["pred"]}), json.dumps(squad(case["golds"]))
    found = scored(tmp_path, name, case["lang"], predicted, gold)
    assert found == near({"exact_match": case["em"], "f1": case["f1"]})


@pytest.mark.parametrize("case", cases(METRICS / "bucc.jsonl"))
def test_pairs(case, tmp_path):
    found = scored(tmp_path, "bucc2018", "de", case["pred"], case["gold"])
    assert [found["precision"], found["recall"], found["f1"]] == near(case["p_r_f1"])


@pytest.mark.parametrize("case", cases(HERE / "mewslix.jsonl"))
def test_entities(case, tmp_path):
    predicted, gold = json.dumps(case["pred"]), json.dumps(case["gold"])
    if isinstance(case["map@20"], str):
        with pytest.raises(Unscorable):
            scored(tmp_path, "mewslix", "de", predicted, gold)
    else:
        assert scored(tmp_path, "mewslix", "de", predicted, gold) == near({"map@20": case["map@20"]})


@pytest.mark.parametrize("case", cases(HERE / "lareqa.jsonl"))
def test_average_precision(case):
    if isinstance(case["ap"], str):
        with pytest.raises(CairnError):
            average_precision(case["targets"], case["ranked"], case["k"])
    else:
        assert average_precision(case["targets"], case["ranked"], case["k"]) == near(case["ap"])


def test_the_mean_average_precision_of_two_languages(tmp_path):
    rankings = {"de": ["de_1_1", "en_1_0", "en_1_1", "de_1_0"], "en": ["de_1_0", "en_1_1", "en_1_0", "de_1_1"]}
    gold = json.dumps({"q1": ["de_1_1", "en_1_1"]})
    found = [
        scored(tmp_path, "lareqa", language, json.dumps({"q1": ids}), gold)["map@20"]
        for language, ids in rankings.items()
    ]
    assert sum(found) / 2 == near(66.66666666666666)
