"""The protocols of the suites: rates, epochs, batches and lengths of the published fine-tuning scripts.

XTREME's are those of its scripts today (the paper trained XNLI and questions for two epochs). In XTREME-R, COPA comes
after Social IQa, and Tatoeba is asked of the encoder that was tuned on SQuAD. OPEN's follow XTREME-R's. BABEL's fit its
tiny encoder.
"""

from __future__ import annotations

from evaluators.protocol import Course, Protocol

_MNLI = Course(task="mnli", learning_rate=2e-5, learning_rate_large=3e-5, epochs=5)
_PAWSX = Course(task="pawsx", learning_rate=2e-5, epochs=5)
_PANX = Course(task="panx", learning_rate=2e-5, epochs=10)
_UDPOS = Course(task="udpos", learning_rate=2e-5, epochs=10)


def _questions(task: str) -> Course:
    return Course(task=task, learning_rate=3e-5, epochs=3, max_length_tokens=384, warmup_steps=500, weight_decay=1e-4)


def _plausible(task: str) -> Course:
    return Course(task=task, learning_rate=2e-5, learning_rate_large=3e-5, epochs=5)


_LAREQA = Course(
    task="squad1-passages", learning_rate=2e-5, epochs=3, batch_size=16, max_length_tokens=256, max_question_tokens=96
)
_MEWSLIX = Course(
    task="mewslix",
    learning_rate=2e-5,
    learning_rate_large=1e-5,
    epochs=2,
    batch_size=64,
    max_length_tokens=64,
)
"""The published batch was cut by the devices it ran on: 64 in-batch negatives for mBERT, 8 for XLM-R large."""

XTREME: Protocol = {
    "pawsx": [_PAWSX],
    "xnli": [_MNLI],
    "panx": [_PANX],
    "udpos": [_UDPOS],
    "bucc2018": [],
    "tatoeba": [],
    "xquad": [_questions("squad1")],
    "mlqa": [_questions("squad1")],
    "tydiqa": [_questions("tydiqa")],
}

XTREME_R: Protocol = {
    "xnli": [_MNLI],
    "xcopa": [_plausible("siqa"), _plausible("copa")],
    "panx": [_PANX],
    "udpos": [_UDPOS],
    "tatoeba": [_questions("squad1")],
    "mewslix": [_MEWSLIX],
    "lareqa": [_LAREQA],
    "xquad": [_questions("squad1")],
    "mlqa": [_questions("squad1")],
    "tydiqa": [_questions("tydiqa")],
}

OPEN: Protocol = {
    "pawsx": [_PAWSX],
    "xnli-extension": [_MNLI],
    **{name: XTREME_R[name] for name in ("xcopa", "panx", "udpos", "tatoeba", "lareqa", "xquad", "mlqa", "tydiqa")},
}


def _babel(task: str, steps: int) -> Course:
    return Course(task=task, learning_rate=2e-3, steps=steps, max_length_tokens=64, schedule="constant")


BABEL: Protocol = {
    "pawsx": [_babel("pawsx", 100)],
    "xnli": [_babel("xnli", 100)],
    "panx": [_babel("panx", 30)],
    "udpos": [_babel("udpos", 30)],
    "tatoeba": [],
    "xquad": [_babel("xquad", 100)],
}
