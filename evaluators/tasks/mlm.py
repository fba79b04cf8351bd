"""MLM: masked language modelling on Wikipedia text, in the fifty languages of XTREME and XTREME-R. Training only.

wikimedia/wikipedia, dump of 2023-11-01; CC BY-SA 3.0 and GFDL. Of each language the first articles are read, streamed
from the hub. Any text can take their place on a mirror: `wikimedia/wikipedia/20231101.<code>/train.txt`, a document a
line. Lines without text are dropped.
"""

from evaluators.examples import Text
from evaluators.table import Row, Table
from evaluators.task import Kind, Task

FIRST_ARTICLES = 20_000
LANGUAGES = (
    *("af", "ar", "az", "bg", "bn", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "gu", "he", "hi", "ht", "hu"),
    *("id", "it", "ja", "jv", "ka", "kk", "ko", "lt", "ml", "mr", "ms", "my", "nl", "pa", "pl", "pt", "qu", "ro", "ru"),
    *("sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "wo", "yo", "zh"),
)


def read(row: Row) -> Text:
    """Articles have an id, lines of a text file have a number."""
    return Text(id=row.get("id", row["#"]), text=row["text"])


MLM = Task(
    name="mlm",
    kind=Kind.TEXT,
    title="MLM: masked language modelling on Wikipedia",
    read=read,
    tables={
        "train": [
            Table(
                dataset="wikimedia/wikipedia",
                configs={code: (f"20231101.{code}",) for code in LANGUAGES},
                split="train",
                first=FIRST_ARTICLES,
            )
        ]
    },
    trained_as="mlm",
)
