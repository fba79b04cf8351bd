"""Which licences are known, and which of several is the strictest."""

from evaluators.licences import LICENCES, NOT_KNOWN, Licence, Terms, licence_of, strictest
from evaluators.suites import SUITES
from evaluators.table import Table

UNSTATED = {"allenai/social_i_qa", "google/xtreme"}
"""Known to have none written down: Social IQa's card says nothing, nor does BUCC's part of google/xtreme."""
TABLES = [
    table
    for suite in SUITES.values()
    for task in (*suite.training.values(), *suite.targets.values())
    for table in (*(one for tables in task.tables.values() for one in tables), *(task.pool.tables if task.pool else ()))
]


def table(dataset: str, *configs: str) -> Table:
    return Table(dataset=dataset, configs={"en": configs}, split="train")


def test_every_data_set_has_a_licence_or_is_known_to_state_none() -> None:
    unknown = {one.dataset for one in TABLES if licence_of(one) == NOT_KNOWN}
    assert unknown == UNSTATED


def test_no_licence_is_kept_for_data_that_nothing_reads() -> None:
    used = {one.dataset for one in TABLES}
    assert {name.split(" ")[0] for name in LICENCES} <= used


def test_parts_of_one_data_set_have_licences_of_their_own() -> None:
    assert licence_of(table("nyu-mll/glue", "mnli")).terms is Terms.SHARE_ALIKE
    assert licence_of(table("nyu-mll/glue", "qqp")).terms is Terms.NON_COMMERCIAL
    assert licence_of(table("nyu-mll/glue", "mnli", "qqp")).terms is Terms.NON_COMMERCIAL
    assert licence_of(table("nyu-mll/glue", "mnli", "cola")) == NOT_KNOWN
    assert licence_of(table("google/xtreme", "tatoeba.deu")).hub_name == "cc-by-2.0"
    assert licence_of(table("google/xtreme", "bucc18.de")) == NOT_KNOWN


def test_the_offline_suite_is_free_and_a_stranger_is_unknown() -> None:
    assert licence_of(table("babel/mnli", "default")).terms is Terms.FREE
    assert licence_of(table("some/body", "default")) == NOT_KNOWN


def test_the_strictest_is_the_one_that_asks_most() -> None:
    free, shared, closed = (
        Licence(terms.name, terms.name, terms) for terms in (Terms.FREE, Terms.SHARE_ALIKE, Terms.CLOSED)
    )
    assert strictest([free, shared]) == shared
    assert strictest([closed, NOT_KNOWN, free]) == closed
    assert strictest([]) == NOT_KNOWN
    older, newer = LICENCES["facebook/mlqa"], LICENCES["google/xquad"]
    assert strictest([newer, older]) == strictest([older, newer]) == newer
