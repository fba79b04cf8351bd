"""Licences of the data sets, as far as their tasks' declarations and the data sets' own pages say.

One row a data set of the hub, or a part of one (`nyu-mll/glue mnli`) where the parts differ. What is not stated is said
to be so, and nothing is guessed: an absent row is a licence that is not known. Test data count too: a plan may have
been chosen, and a score was made, with them. No lawyer wrote this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from evaluators.table import Table


class Terms(IntEnum):
    """What a licence asks, from the least to the most restrictive; the last two allow nothing for certain."""

    FREE = 0
    """Any use, at most with attribution."""
    SHARE_ALIKE = 1
    NON_COMMERCIAL = 2
    UNCLEAR = 3
    """Not stated, or each part's own."""
    CLOSED = 4
    """For those who hold a licence."""


@dataclass(frozen=True)
class Licence:
    """A licence by the name that the hub has for it."""

    hub_name: str
    """Such as `cc-by-4.0`; `other` and `unknown` are names of the hub, too."""
    title: str
    terms: Terms

    @property
    def family(self) -> str:
        """The name without its version; what is not in the hub's list is a family of its own."""
        return self.title if self.hub_name == "other" else re.sub(r"-[\d.]+$", "", self.hub_name)


def _other(title: str, terms: Terms) -> Licence:
    return Licence("other", title, terms)


NOT_KNOWN = Licence("unknown", "not known", Terms.UNCLEAR)
_APACHE = Licence("apache-2.0", "Apache-2.0", Terms.FREE)
_BSD_2 = Licence("bsd-2-clause", "BSD 2-clause", Terms.FREE)
_BSD_3 = Licence("bsd-3-clause", "BSD 3-clause", Terms.FREE)
_MIT = Licence("mit", "MIT", Terms.FREE)
_BY = Licence("cc-by-4.0", "CC BY 4.0", Terms.FREE)
_BY_SA_3 = Licence("cc-by-sa-3.0", "CC BY-SA 3.0", Terms.SHARE_ALIKE)
_BY_SA = Licence("cc-by-sa-4.0", "CC BY-SA 4.0", Terms.SHARE_ALIKE)
_BY_NC = Licence("cc-by-nc-4.0", "CC BY-NC 4.0", Terms.NON_COMMERCIAL)

MADE_HERE = "babel/"
"""Data sets of the offline suite, which this package makes."""

LICENCES: Mapping[str, Licence] = {
    "Rowan/hellaswag": _other("MIT for the repository; its wikiHow half is withdrawn", Terms.UNCLEAR),
    "allenai/cosmos_qa": _BY,
    "aps/super_glue": _BSD_2,  # COPA, the only part that is read
    "cambridgeltl/xcopa": _BY,
    "facebook/anli": _BY_NC,
    "facebook/mlqa": _BY_SA_3,
    "facebook/xnli": _BY_NC,
    "google-research-datasets/paws-x": _other("free use, attribution asked", Terms.FREE),
    "google-research-datasets/tydiqa": _APACHE,
    "google-research-datasets/xquad_r": _BY_SA,
    "google/xquad": _BY_SA,
    "google/xtreme tatoeba": Licence("cc-by-2.0", "CC BY 2.0 FR", Terms.FREE),
    "izhx/mewsli-x": Licence("cc-by-sa-3.0", "texts CC BY 2.5 and CC BY-SA 3.0", Terms.SHARE_ALIKE),
    "local/ccgbank": _other("LDC2005T13, for those who hold the licence", Terms.CLOSED),
    "local/ud_supertags": _BY_SA,
    "mteb/tatoeba-bitext-mining": Licence("cc-by-2.0", "CC BY 2.0 FR", Terms.FREE),
    "nyu-mll/glue mnli": Licence("cc-by-sa-3.0", "OANC, CC BY 3.0, CC BY-SA 3.0", Terms.SHARE_ALIKE),
    "nyu-mll/glue qqp": _other("Quora's terms: non-commercial use", Terms.NON_COMMERCIAL),
    "rajpurkar/squad": _BY_SA,
    "rajpurkar/squad_v2": _BY_SA,
    "salesforce/xnli_extension": _BSD_3,
    "stanfordnlp/snli": _BY_SA,
    "tau/commonsense_qa": _MIT,
    "unimelb-nlp/wikiann": Licence("unknown", "text CC BY-SA 3.0, none stated for the annotation", Terms.UNCLEAR),
    "universal-dependencies/universal_dependencies": _other("each treebank's own", Terms.UNCLEAR),
    "wikimedia/wikipedia": Licence("cc-by-sa-3.0", "CC BY-SA 3.0 and GFDL", Terms.SHARE_ALIKE),
}


def licence_of(table: Table) -> Licence:
    """The licence of the data set that a table is in, or of the part of it; `NOT_KNOWN` where none is written down."""
    if table.dataset.startswith(MADE_HERE):
        return Licence("apache-2.0", "Apache-2.0, made by Cairn", Terms.FREE)
    parts = {f"{table.dataset} {config.split('.')[0]}" for configs in table.configs.values() for config in configs}
    found = [LICENCES[name] for name in sorted(parts) if name in LICENCES]
    return strictest(found) if len(found) == len(parts) else LICENCES.get(table.dataset, NOT_KNOWN)


def is_on_hub(dataset: str) -> bool:
    """Is there a page of this name? Data of the offline suite and of mirrors only have none."""
    return not dataset.startswith((MADE_HERE, "local/", "salesforce/xnli_extension"))


def strictest(licences: Iterable[Licence]) -> Licence:
    """The most restrictive; of equals the last by name, so of two versions the later. `NOT_KNOWN` of none."""
    return max(sorted(licences, key=lambda one: one.title, reverse=True), key=lambda one: one.terms, default=NOT_KNOWN)
