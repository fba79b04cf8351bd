"""UD-POS on treebanks whose licences allow any use, without the rest: what a mirror may carry along.

Read as `udpos` and called so: only the list of treebanks differs. Some are newer than XTREME's (Greek GUD, Tamil MWTT)
and GUD is not on the hub; scores are not comparable with XTREME's.
"""

from dataclasses import replace

from evaluators.tasks.udpos import UDPOS, tables

_WITH_DEV = {
    "af": "af_afribooms",
    "de": "de_gsd",
    "en": "en_ewt",
    "es": "es_gsd",
    "fa": "fa_seraji",
    "fi": "fi_tdt",
    "fr": "fr_gsd",
    "ja": "ja_gsd",
    "ko": "ko_gsd",
    "mr": "mr_ufal",
    "ru": "ru_gsd",
    "te": "te_mtg",
    "vi": "vi_vtb",
    "zh": "zh_gsd",
}
_WITH_TEST_ONLY = {
    "ar": "ar_pud",
    "el": "el_gud",
    "hi": "hi_pud",
    "id": "id_pud",
    "kk": "kk_ktb",
    "ta": "ta_mwtt",
    "th": "th_pud",
    "tl": "tl_trg",
    "tr": "tr_pud",
    "yo": "yo_ytb",
}

UDPOS_OPEN = replace(
    UDPOS,
    title="UD-POS: parts of speech, free treebanks",
    tables=tables(_WITH_DEV, _WITH_TEST_ONLY, train_rows=12_543),
)
