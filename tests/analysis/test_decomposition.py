import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.decomposition import decompose, decomposition_text
from evaluators.suites import XTREME, XTREME_R

SCORES = st.dictionaries(st.sampled_from(list(XTREME.targets)), st.floats(0, 100), min_size=1)


@given(SCORES, SCORES)
def test_parts_add_up_to_the_gain(ours: dict[str, float], theirs: dict[str, float]) -> None:
    found = decompose(ours, theirs, XTREME.groups)
    shared = set(ours) & set(theirs)
    if not shared:
        assert found is None
        return
    assert found is not None
    assert found.gain == pytest.approx(sum(ours[t] - theirs[t] for t in shared) / len(shared))
    assert sum(part.points for part in found.parts) == pytest.approx(found.gain)
    shares = [part.share for part in found.parts if part.share is not None]
    assert not shares or sum(shares) == pytest.approx(1.0)
    assert {task for part in found.parts for task in part.tasks} == shared


def test_a_gain_may_be_all_retrieval() -> None:
    ours, theirs = {"xnli": 70.0, "tatoeba": 60.0, "bucc2018": 80.0}, {"xnli": 71.0, "tatoeba": 40.0, "bucc2018": 70.0}
    found = decompose(ours, theirs, XTREME.groups)
    assert found is not None
    assert found.gain == pytest.approx(29 / 3)
    assert found.share_of("retrieval") == pytest.approx(30 / 29)
    assert found.share_of("qa") is None
    assert decomposition_text(found).splitlines()[1].split() == [
        "retrieval",
        "+10.00",
        "103",
        "%",
        "tatoeba,",
        "bucc2018",
    ]


def test_a_gain_of_nothing_has_no_shares() -> None:
    found = decompose({"xnli": 70.0, "tatoeba": 40.0}, {"xnli": 60.0, "tatoeba": 50.0}, XTREME.groups)
    assert found is not None
    assert [part.share for part in found.parts] == [None, None]


def test_a_task_in_two_groups_counts_once_and_one_in_none_for_itself() -> None:
    found = decompose({"xcopa": 60.0, "lareqa": 30.0}, {"xcopa": 50.0, "lareqa": 10.0}, XTREME_R.groups)
    assert found is not None
    assert [(part.group, part.points) for part in found.parts] == [("lareqa", 10.0), ("classification", 5.0)]
