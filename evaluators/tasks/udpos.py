"""UD-POS: the part of speech of every word. 33 languages; trained on the English treebanks.

Universal Dependencies; each treebank's own licence. XTREME takes all treebanks of a language in UD 2.5. The hub has UD
2.7, so treebanks born in between are left out here; several others grew, and exact parity needs the 2.5 archive. Left
out too: treebanks whose words are masked for want of a licence (Arabic NYUAD, English ESL, French FTB, Japanese BCCWJ).

Words are the syntactic words. Rows also hold the ranges of split words ("du" over "de", "le") and empty nodes: their
head is the text "None", a range's tag is "_", and neither is a word to be tagged. XTREME's own files join split words
again, so token counts differ from them in languages that split words.
"""

from collections.abc import Sequence
from dataclasses import replace

from evaluators.examples import Tagged
from evaluators.metrics import SPAN_F1, SPAN_PRECISION, SPAN_RECALL, TOKEN_ACCURACY
from evaluators.source import CONVERTED
from evaluators.table import Row, Table
from evaluators.task import Kind, Split, Task

CLASSES = (
    *("NOUN", "PUNCT", "ADP", "NUM", "SYM", "SCONJ", "ADJ", "PART", "DET"),
    *("CCONJ", "PROPN", "PRON", "X", "_", "ADV", "INTJ", "VERB", "AUX"),
)
"""As numbered in this repository; google/xtreme numbers them by the alphabet."""
LABELS = tuple(name for name in CLASSES if name != "_")

WITH_DEV = {
    "af": "af_afribooms",
    "ar": "ar_padt",
    "bg": "bg_btb",
    "de": "de_gsd de_hdt",
    "el": "el_gdt",
    "en": "en_ewt en_gum en_lines en_partut",
    "es": "es_ancora es_gsd",
    "et": "et_edt",
    "eu": "eu_bdt",
    "fa": "fa_seraji",
    "fi": "fi_ftb fi_tdt",
    "fr": "fr_gsd fr_partut fr_sequoia fr_spoken",
    "he": "he_htb",
    "hi": "hi_hdtb",
    "hu": "hu_szeged",
    "id": "id_gsd",
    "it": "it_isdt it_partut it_postwita it_twittiro it_vit",
    "ja": "ja_gsd",
    "ko": "ko_gsd ko_kaist",
    "mr": "mr_ufal",
    "nl": "nl_alpino nl_lassysmall",
    "pt": "pt_bosque pt_gsd",
    "ru": "ru_gsd ru_syntagrus ru_taiga",
    "ta": "ta_ttb",
    "te": "te_mtg",
    "tr": "tr_imst",
    "ur": "ur_udtb",
    "vi": "vi_vtb",
    "zh": "zh_gsd zh_gsdsimp",
}
WITH_TEST_ONLY = {
    "ar": "ar_pud",
    "de": "de_lit de_pud",
    "en": "en_pronouns en_pud",
    "es": "es_pud",
    "et": "et_ewt",
    "fi": "fi_pud",
    "fr": "fr_fqb fr_pud",
    "hi": "hi_pud",
    "id": "id_pud",
    "it": "it_pud",
    "ja": "ja_modern ja_pud",
    "kk": "kk_ktb",
    "ko": "ko_pud",
    "pt": "pt_pud",
    "ru": "ru_pud",
    "th": "th_pud",
    "tl": "tl_trg",
    "tr": "tr_gb tr_pud",
    "yo": "yo_ytb",
    "zh": "zh_cfl zh_hk zh_pud",
}
LANGUAGES = (
    *("af", "ar", "bg", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "he", "hi", "hu", "id", "it"),
    *("ja", "kk", "ko", "mr", "nl", "pt", "ru", "ta", "te", "th", "tl", "tr", "ur", "vi", "yo", "zh"),
)
ADDED_BY_XTREME_R = ("lt", "pl", "uk", "wo", "ro")
_FURTHER_WITH_DEV = {
    "lt": "lt_alksnis lt_hse",
    "pl": "pl_lfg pl_pdb",
    "uk": "uk_iu",
    "wo": "wo_wtb",
    "ro": "ro_nonstandard ro_rrt ro_simonero",
}
_FURTHER_WITH_TEST_ONLY = {"pl": "pl_pud"}


def read(row: Row) -> Tagged:
    """Words with a head; ids are the same in all PUD treebanks."""
    tokens, tags, heads = row["tokens"], row["upos"], row["head"]
    if not len(tokens) == len(tags) == len(heads):
        raise ValueError(f"there are {len(tokens)} tokens, {len(tags)} tags and {len(heads)} heads")
    words = [(token, tag) for token, tag, head in zip(tokens, tags, heads, strict=True) if head != "None"]
    return Tagged(id=row["idx"], words=tuple(word for word, _ in words), tags=tuple(tag for _, tag in words))


def _table(split: str, treebanks: dict[str, list[str]], rows: int | None = None) -> Table:
    return Table(
        dataset="universal-dependencies/universal_dependencies",
        configs=treebanks,
        split=split,
        revision=CONVERTED,
        rows=rows,
        classes={"upos": CLASSES},
    )


def tables(with_dev: dict[str, str], with_test_only: dict[str, str], train_rows: int) -> dict[Split, Sequence[Table]]:
    """English train, dev where a treebank has it, test of all treebanks; treebanks in the order of their names."""
    languages = (*LANGUAGES, *ADDED_BY_XTREME_R)
    dev = {code: with_dev[code].split() for code in languages if code in with_dev}
    test = {
        code: sorted(f"{with_dev.get(code, '')} {with_test_only.get(code, '')}".split())
        for code in languages
        if code in with_dev or code in with_test_only
    }
    return {
        "train": [_table("train", {"en": dev["en"]}, train_rows)],
        "dev": [_table("validation", dev)],
        "test": [_table("test", test)],
    }


UDPOS = Task(
    name="udpos",
    kind=Kind.TAGS,
    title="UD-POS: parts of speech",
    read=read,
    tables=tables(WITH_DEV, WITH_TEST_ONLY, train_rows=21_253),
    labels=LABELS,
    metrics=(SPAN_PRECISION, SPAN_RECALL, SPAN_F1, TOKEN_ACCURACY),
    scored_by=("f1",),
    trained_as="udpos",
)

UDPOS_R = replace(
    UDPOS, tables=tables(WITH_DEV | _FURTHER_WITH_DEV, WITH_TEST_ONLY | _FURTHER_WITH_TEST_ONLY, train_rows=21_253)
)
"""XTREME-R's, in five languages more, whose treebanks it takes in UD 2.7."""
