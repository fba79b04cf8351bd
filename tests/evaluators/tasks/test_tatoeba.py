from evaluators.tasks.tatoeba import TATOEBA, TATOEBA_OPEN


def test_configs_go_by_three_letters_that_are_not_always_the_expected_ones() -> None:
    (table,) = TATOEBA.tables["dev"]
    chosen = {code: table.configs[code] for code in ("zh", "fa", "sw", "de")}
    assert chosen == {
        "zh": ("tatoeba.cmn",),
        "fa": ("tatoeba.pes",),
        "sw": ("tatoeba.swh",),
        "de": ("tatoeba.deu",),
    }


def test_english_is_the_query_side_and_has_no_file() -> None:
    assert "en" not in TATOEBA_OPEN.languages("dev")
    assert TATOEBA_OPEN.languages("dev")[:36] == TATOEBA.languages("dev")
