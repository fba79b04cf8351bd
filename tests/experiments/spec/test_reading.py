import re
from pathlib import Path

import pytest

from evaluators.errors import CairnError
from experiments.spec import SpecError, load_spec, read_spec

GOOD = """\
name: tiny
suite: babel
encoder: babel-xlmr
space:
  tasks: [mnli, qqp, ccg]
  lengths: [0, 1, 2]
  learning_rates: [1.0e-3, 5.0e-4]
  steps: [9]
  target: {learning_rates: [2.0e-3], steps: 9}
search: {trials: 6, searcher: random, selector: pivot-dev}
finals: {winners: 1, seeds: [101], target_steps: 9, controls: [direct, mnli alone]}
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        read_spec(text, "study.yaml")
    first, *rest = str(caught.value).splitlines()
    assert first == f"study.yaml has {len(rest)} mistake{'s' if len(rest) != 1 else ''}:"
    return [line.strip() for line in rest]


def changed(*replacements: tuple[str, str]) -> str:
    text = GOOD
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_space_of_direct_plans_has_a_longer_target_where_a_plan_is_written_out() -> None:
    direct = changed(
        ("tasks: [mnli, qqp, ccg]\n  lengths: [0, 1, 2]", "tasks: []\n  lengths: [0]"),
        ("winners: 1", "winners: 0"),
        ("trials: 6", "trials: 0"),
        ("controls: [direct, mnli alone]", "controls: [direct, target longer]"),
    )
    (told,) = mistakes(direct)
    assert told.startswith("finals.controls.1: there is no control in this space 'target longer'")
    arm = "target longer], arms: {nli: {trunk: [{mixture: {mnli: 1}, learning_rate: 1.0e-3, steps: 5}]}}"
    assert read_spec(direct.replace("target longer]", arm)).finals.controls == ("direct", "target longer")


def test_a_good_spec_is_typed_frozen_and_filled_in() -> None:
    spec = read_spec(GOOD)
    assert spec.space.learning_rates == (1e-3, 5e-4)
    assert spec.encoder.name == "babel-xlmr"
    assert spec.targets == ("pawsx", "xnli", "panx", "udpos", "tatoeba", "xquad")
    assert spec.languages is None
    assert [rung.trunk_scale for rung in spec.ladder.rungs] == [1 / 9, 1 / 3, 1.0]
    with pytest.raises(ValueError, match="frozen"):
        spec.name = "other"  # type: ignore[misc]


ONE_MISTAKE = {
    "unknown key, near name": (
        ("trials: 6", "trials: 6, grace_step: 1, etta: 3"),
        "search.etta: unknown key; did you mean eta",
    ),
    "unknown key at the root": (("suite: babel", "suite: babel\nrung: 3"), "rung: unknown key; did you mean runs"),
    "missing": (("trials: 6, ", ""), "search.trials: is missing; it has no default"),
    "number read as text": (
        ("[1.0e-3, 5.0e-4]", "[2e-5]"),
        "space.learning_rates.0: found the text '2e-5'; YAML wants a dot: write 2.0e-5",
    ),
    "quoted number": (
        ("trials: 6", 'trials: "6"'),
        "search.trials: found the text '6'; a whole number is wanted: take",
    ),
    "fraction": (("trials: 6", "trials: 6.5"), "search.trials: found the number 6.5; a whole number is wanted"),
    "bare value for a list": (("tasks: [mnli, qqp, ccg]", "tasks: mnli"), "space.tasks: found the text 'mnli'; a list"),
    "number for text": (("name: tiny", "name: 7"), 'name: found the number 7; text is wanted: put it into quotes, "7"'),
    "no for false": (
        ("encoder: babel-xlmr", "encoder: {name: babel-xlmr, trust_remote_code: no}"),
        "encoder.trust_remote_code: found the text 'no'; write false",
    ),
    "language no": (
        ("suite: babel", "suite: babel\nlanguages: [en, qro, no]"),
        "languages.2: there is no language of these targets in babel 'no'",
    ),
    "true for a language": (
        ("suite: babel", "suite: babel\nlanguages: [en, qro, true]"),
        "languages.2: found true; text is wanted: put it into quotes",
    ),
    "given twice": (
        ("steps: [9]\n", "steps: [9]\n  steps: [8]\n"),
        "space.steps: given twice (lines 8 and 9); keep one",
    ),
    "unknown suite": (("suite: babel", "suite: babble"), "suite: there is no suite 'babble'; did you mean babel"),
    "unknown task": (
        ("qqp, ccg", "qqpp, ccg"),
        "space.tasks.1: there is no training task of babel 'qqpp'; did you mean qqp",
    ),
    "unknown target": (
        ("suite: babel", "suite: babel\ntargets: [udpoz]"),
        "targets.0: there is no target task 'udpoz'; did you mean udpos",
    ),
    "unknown encoder": (
        ("babel-xlmr", "xlm-roberta-lage"),
        "encoder: there is no encoder 'xlm-roberta-lage'; did you mean",
    ),
    "unknown selector": (
        ("pivot-dev", "pivot-dve"),
        "search.selector: found the text 'pivot-dve'; did you mean pivot-dev",
    ),
    "unknown control": (
        ("mnli alone", "mnli alon"),
        "finals.controls.1: there is no control in this space 'mnli alon'; did",
    ),
    "empty space": (("tasks: [mnli, qqp, ccg]", "tasks: []"), "space: tasks is empty; name at least one"),
    "empty grid": (("[1.0e-3, 5.0e-4]", "[]"), "space: learning_rates is empty; give at least one value"),
    "ladder without an end": (
        ("suite: babel", "suite: babel\nladder: {scales: [0.1, 0.5]}"),
        "ladder: scales is [0.1, 0.5], which never reaches the end; make the last one 1.0",
    ),
    "path missing": (
        ("suite: babel", "suite: babel\ndata: /no/such/place"),
        "data: there is no folder '/no/such/place'",
    ),
    "stale seeds": (("seeds: [101]", "seeds: [0, 101]"), "finals.seeds: [0] are seeds of the search too"),
    "too many winners": (("winners: 1", "winners: 9"), "finals.winners: is 9, but search.trials proposes 6"),
    "selector without its languages": (
        ("suite: babel", "suite: babel\nlanguages: [en, qda]"),
        "search.selector: pivot-dev needs qro or qin, which languages leaves out",
    ),
    "override without effect": (
        ("target_steps: 9", "target_steps: 9, task_steps: {mnli: 9}"),
        "finals.task_steps.mnli: no target of this spec is trained on it",
    ),
    "revision of a shipped encoder": (
        ("encoder: babel-xlmr", "encoder: {name: babel-xlmr, revision: main}"),
        "encoder.revision: has no effect on a shipped encoder",
    ),
    "storage that is no url": (("trials: 6", "trials: 6, storage: a.db"), "search: storage is 'a.db', which is no URL"),
    "a prior without the order model": (
        ("trials: 6", "trials: 6, prior: {mnli: 1, ccg: 2}"),
        "search: prior is for the order model; set searcher: order-model, or leave it out",
    ),
    "a prior of a task that is not searched": (
        ("trials: 6, searcher: random", "trials: 6, prior: {mnli: 1, squad1: 2, ccq: 3}"),
        "search.prior.ccq: there is no task in this space 'ccq'; did you mean ccg",
    ),
    "a prior that makes no difference": (
        ("trials: 6, searcher: random", "trials: 6, prior: {mnli: 1, ccg: 1.0}"),
        "search: prior makes no difference between tasks; give at least two tasks different numbers",
    ),
    "a prior that is no number": (
        ("trials: 6, searcher: random", "trials: 6, prior: {mnli: 1, ccg: high}"),
        "search.prior.ccg: found the text 'high'; a number is wanted",
    ),
    "a prior without end": (
        ("trials: 6, searcher: random", "trials: 6, prior: {mnli: 1, ccg: 1.0e+999}"),
        "search: prior holds {'mnli': 1.0, 'ccg': inf}; give finite numbers",
    ),
    "a band that nothing is within": (
        ("encoder: babel-xlmr", "encoder: babel-xlmr\nanalysis: {equivalence_band: 0.0}"),
        "analysis: equivalence_band is 0.0 points; give a number above 0, below 100",
    ),
    "a name that is no folder": (("name: tiny", "name: a/b"), "name: found the text 'a/b'"),
    "text without its task": (
        (
            "encoder: babel-xlmr",
            "encoder: {build: {recipe: {layers: 1, hidden: 8, heads: 2, feed_forward: 8, vocabulary: 99, steps: 1, "
            "learning_rate: 0.1}, texts: [{task: mnlii}]}}",
        ),
        "encoder.build.texts.0.task: there is no task 'mnlii' in babel; did you mean mnli",
    ),
}


@pytest.mark.parametrize("case", ONE_MISTAKE)
def test_each_mistake_is_named_with_its_place_and_its_mend(case: str) -> None:
    replacement, expected = ONE_MISTAKE[case]
    assert any(line.startswith(expected) for line in mistakes(changed(replacement))), mistakes(changed(replacement))


def test_all_mistakes_are_in_one_message() -> None:
    singles = [
        ("name: tiny", "name: 7"),
        ("encoder: babel-xlmr", "encoder: babel-xlmrr"),
        ("qqp, ccg", "qqpp, ccg"),
        ("[1.0e-3, 5.0e-4]", "[2e-5]"),
        ("trials: 6", "trials: 6, grace: 1"),
        ("seeds: [101]", "seeds: [0]"),
        ("steps: [9]\n", "steps: [9]\n  steps: [8]\n"),
    ]
    found = mistakes(changed(*singles))
    assert len(found) == 7
    assert [int(line.rsplit("(line ", 1)[1].rstrip(")")) for line in found] == sorted([1, 3, 5, 7, 8, 11, 12])


def test_what_is_no_yaml_tells_its_line() -> None:
    (line,) = mistakes("name: [a\nb: c\n")
    assert "line 2" in line


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_a_spec_that_is_no_mapping_says_so(text: str) -> None:
    (line,) = mistakes(text)
    assert line.endswith("a spec is keys with values")


def test_a_spec_that_is_not_there_offers_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "order_study.yaml").write_text(GOOD)
    with pytest.raises(SpecError, match=r"did you mean order_study\.yaml"):
        load_spec(tmp_path / "order_stuy.yaml")
    assert issubclass(SpecError, CairnError)


def test_a_data_folder_given_elsewhere_excuses_the_one_of_the_spec() -> None:
    text = changed(("suite: babel", "suite: babel\ndata: /no/such/place"))
    assert read_spec(text, other_data=True).data == "/no/such/place"


ARMS = (
    "controls: [direct, mnli alone]}",
    "controls: [direct], arms: {nli last: {trunk: [{mixture: {ccg: 1, mnli: 3}, learning_rate: 1.0e-3, steps: 5}]}}}",
)


def test_a_plan_that_the_spec_writes_out_is_compared_in_its_normal_form() -> None:
    written = read_spec(changed(ARMS)).finals.arms["nli last"]
    assert written.trunk[0].stage().mixture == (("ccg", 0.25), ("mnli", 0.75))
    assert written.target_learning_rate is None


def test_mistakes_in_a_written_plan_are_named_with_their_place() -> None:
    (mistake,) = mistakes(changed(ARMS).replace("{ccg: 1, mnli: 3}", "{cgc: 1, mnli: 3}"))
    assert mistake.startswith("finals.arms.nli last.trunk.0.mixture.cgc: there is no training task of babel 'cgc'")
    (mistake,) = mistakes(changed(ARMS).replace("mnli: 3", "mnli: 0"))
    assert "all weights positive" in mistake
    (mistake,) = mistakes(changed(ARMS).replace("nli last", "direct"))
    assert "as a winner or a control is named" in mistake


def test_an_empty_grid_is_told_beside_a_value_of_a_wrong_type() -> None:
    told = mistakes(changed(("[1.0e-3, 5.0e-4]", "[2e-5]"), ("steps: [9]\n", "steps: []\n")))
    assert any(line.startswith("space.steps: is empty") for line in told)
    assert any(line.startswith("space.learning_rates.0: found the text") for line in told)


def test_a_commit_of_a_data_set_can_be_pinned() -> None:
    commit = "0123456789" * 4
    suite = changed(("suite: babel", "suite: xtreme"), ("ccg", "csqa"))
    assert read_spec(f"{suite}revisions: {{facebook/xnli: '{commit}'}}\n").revisions == {"facebook/xnli": commit}
    told = mistakes(f"{suite}revisions: {{facebook/xnli: main, facebook/xnly: '{commit}'}}\n")
    assert told[0] == "revisions.facebook/xnli: 'main' is no commit; give its forty hex digits (line 12)"
    assert told[1].startswith(
        "revisions.facebook/xnly: no task of xtreme reads 'facebook/xnly'; did you mean facebook/xnli"
    )


@pytest.mark.parametrize("page", ["order_verdict.md", "spec.md"])
def test_the_specs_that_the_documentation_shows_can_be_read(page: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert read_spec(shown).name in ("order_of_three", "first_study")


CLAIMS = """\
analysis:
  hypotheses:
    nli before qa: {before: [mnli, [qqp, ccg]], by: 0.5}
    groups: {neighbours: similar, groups: {meaning: [mnli, qqp], form: ccg}}
    search pays: {better: [winner 1, mnli alone]}
    retrieval: {gain_from: retrieval}
"""


def test_claims_are_read_with_single_tasks_written_short() -> None:
    claims = read_spec(GOOD + CLAIMS).analysis.hypotheses
    assert claims["nli before qa"].before == (("mnli",), ("qqp", "ccg"))
    assert claims["nli before qa"].by == 0.5
    assert claims["groups"].groups == {"meaning": ("mnli", "qqp"), "form": ("ccg",)}
    assert claims["search pays"].arms == ("winner 1", "mnli alone")


def test_all_mistakes_in_claims_are_told_at_once_with_near_names_and_lines() -> None:
    found = mistakes(
        GOOD
        + """\
analysis:
  hypotheses:
    a: {before: [mnly, [qqp, ccq]]}
    b: {better: [winner 2, mnli alone]}
    c: {gain_from: retreival}
    d: {first: larg}
    e: {befor: [mnli, qqp]}
    f: {first: large, neighbours: similar}
    g: mnli first
    h: {mixture_beats_orders: [mnli, squad1]}
    i: {neighbours: similar, groups: {x: mnly}}
    j: {first: large, by: "1"}
"""
    )
    told = {line.partition(": ")[0]: line for line in found}
    place = "analysis.hypotheses."
    assert "there is no task in this space 'mnly'; did you mean mnli? (line 14)" in told[f"{place}a.before.0"]
    assert "'ccq'; did you mean ccg? (line 14)" in told[f"{place}a.before.1.1"]
    assert "there is no arm in these finals 'winner 2'; did you mean winner 1?" in told[f"{place}b.better.0"]
    assert "there is no group of babel's targets 'retreival'; did you mean retrieval?" in told[f"{place}c.gain_from"]
    assert "did you mean large? (line 17)" in told[f"{place}d.first"]
    assert "unknown key; did you mean before, better? (line 18)" in told[f"{place}e.befor"]
    assert "has first and neighbours; give one of before" in told[f"{place}f"]
    assert "keys with values is wanted (line 20)" in told[f"{place}g"]
    assert "there is no task in this space 'squad1'" in told[f"{place}h.mixture_beats_orders.1"]
    assert "'mnly'; did you mean mnli?" in told[f"{place}i.groups.x"]
    assert "a number is wanted: take the quotes away" in told[f"{place}j.by"]
    assert len(found) == 11


def test_a_gain_needs_the_baseline_in_the_finals() -> None:
    text = changed(("controls: [direct, mnli alone]", "controls: [mnli alone]"))
    (told,) = mistakes(text + "analysis: {hypotheses: {r: {gain_from: retrieval, arm: mnli alone}}}\n")
    assert "asks for a gain over direct; add it to finals.controls" in told
