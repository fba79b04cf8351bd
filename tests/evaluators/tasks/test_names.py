import pytest

from evaluators.errors import UnknownName
from evaluators.tasks import INTERMEDIATE, TARGET, find


def test_a_task_that_is_both_is_one_declaration() -> None:
    for name in ("pawsx", "tydiqa", "udpos", "panx"):
        assert INTERMEDIATE[name] is TARGET[name] is find(name)
        assert find(name).trained_as == name


def test_a_misspelt_name_is_answered_with_near_ones() -> None:
    with pytest.raises(UnknownName, match="no task 'hellaswg'; did you mean hellaswag"):
        find("hellaswg")
