from evaluators.examples import Bitext
from evaluators.tasks.bucc2018 import BUCC2018


def test_the_id_is_a_line_of_the_submission() -> None:
    row = {
        "source_sentence": "Ein Satz.\n",
        "target_sentence": "A sentence.\n",
        "source_lang": "de-000413461",
        "target_lang": "en-000367951",
    }
    assert BUCC2018.read(row) == Bitext(id="de-000413461\ten-000367951", foreign="Ein Satz.", english="A sentence.")
