import pytest

from evaluators.examples import Tagged
from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.tasks.udpos import CLASSES, LABELS, LANGUAGES, UDPOS
from evaluators.tasks.udpos_open import UDPOS_OPEN


def test_ranges_and_empty_nodes_are_no_words() -> None:
    row = {
        "idx": "fr-1",
        "tokens": ["du", "de", "le", "pain", "mangé", "."],
        "upos": ("_", "ADP", "DET", "NOUN", "VERB", "PUNCT"),
        "head": ["None", "4", "4", "0", "None", "4"],
    }
    expected = Tagged(id="fr-1", words=("de", "le", "pain", "."), tags=("ADP", "DET", "NOUN", "PUNCT"))
    assert UDPOS.read(row) == expected


def test_a_row_of_unequal_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="2 tokens, 1 tags and 2 heads"):
        UDPOS.read({"idx": "1", "tokens": ["a", "b"], "upos": ("NOUN",), "head": ["0", "1"]})


def test_tags_are_numbered_as_in_the_treebanks_own_repository() -> None:
    assert CLASSES[:3] == ("NOUN", "PUNCT", "ADP")
    assert CLASSES[13] == "_" and CLASSES[16:] == ("VERB", "AUX")
    assert len(LABELS) == 17 and "_" not in LABELS


def test_treebanks_of_a_language_are_read_in_the_order_of_their_names(data: DataSource) -> None:
    (test,) = UDPOS.tables["test"]
    assert tuple(test.configs["de"]) == ("de_gsd", "de_hdt", "de_lit", "de_pud")
    assert len(read(UDPOS, "test", "de", data).examples) == 4 * 12
    (train,) = UDPOS.tables["train"]
    assert tuple(train.configs["en"]) == ("en_ewt", "en_gum", "en_lines", "en_partut")


def test_treebanks_younger_than_xtreme_are_left_out_and_free_ones_may_be_in_open() -> None:
    young = {"id_csui", "fa_perdt", "fi_ood", "ta_mwtt", "tr_boun", "tl_ugnayan", "en_gumreddit"}
    masked = {"ar_nyuad", "en_esl", "fr_ftb", "ja_bccwj"}
    configs = {config for tables in UDPOS.tables.values() for t in tables for c in t.configs.values() for config in c}
    assert not configs & (young | masked)
    (test,) = UDPOS_OPEN.tables["test"]
    assert tuple(test.configs["el"]) == ("el_gud",)
    assert UDPOS_OPEN.name == "udpos"


def test_every_language_has_a_test_and_all_but_four_have_a_dev() -> None:
    assert UDPOS.languages("test") == LANGUAGES
    assert set(LANGUAGES) - set(UDPOS.languages("dev")) == {"kk", "th", "tl", "yo"}
