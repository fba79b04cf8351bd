import pytest

from analysis.studies.same_speed import same_speed


def ratio(head, verdict="equivalent", value=1.0, model="runs/one::mnli first", other="runs/one::direct", its=None):
    return {
        **{"model": model, "head": head, "with": other, "with_head": its or head, "verdict": verdict},
        **{"ratio": value, "low": value - 0.01, "high": value + 0.01, "blocks": 20, "cells": []},
    }


def row(head, length=32, steps=0.0):
    time = {"value": 0.02, "low": 0.019, "high": 0.021}
    return {
        **{"model": "runs/one::direct", "head": head, "language": "sw", "length": length, "batch": 8},
        **{"calls": 100, "tokens": 256.0, "decoder_steps": steps, "peak_bytes": 2**20},
        **dict.fromkeys(("p50", "p95", "p99", "examples_per_second", "tokens_per_second"), time),
    }


def found(*comparisons, rows=(), trusted=True):
    return {"comparisons": list(comparisons), "control": [], "rows": list(rows), "band": 0.03, "trusted": trusted}


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        (("encoder", "scoring", "generate"), "of the encoder head and of an untuned decoder ("),
        (("encoder",), "as it is, of the encoder head ("),
        (("generate",), "as it is, of an untuned decoder ("),
    ],
)
def test_the_answer_says_what_was_timed(heads, said):
    answer = same_speed(found(*map(ratio, heads)))
    assert answer.settled and answer.sentence.startswith("Yes: ") and said in answer.sentence


def test_the_answer_is_no_open_or_not_believed():
    slower = same_speed(found(ratio("encoder"), ratio("scoring", "slower", 1.2)))
    assert slower.sentence.startswith("No: ") and slower.settled
    unclear = same_speed(found(ratio("encoder"), ratio("scoring", "cannot tell")))
    assert unclear.sentence.startswith("The data cannot say") and not unclear.settled
    doubted = same_speed(found(ratio("encoder"), trusted=False))
    assert doubted.sentence.endswith("nothing here is to be believed.") and not doubted.settled


def test_two_ways_of_asking_one_model_are_a_table_and_no_answer():
    costs = ratio("scoring", "slower", 1.66, model="runs/one::direct", its="encoder")
    answer = same_speed(found(ratio("encoder"), costs))
    assert answer.settled and "1.660" not in answer.sentence
    assert [row[0].text for row in answer.tables[2].rows] == ["direct"]


def test_times_show_the_decoders_steps_and_own_lengths():
    table = same_speed(found(ratio("encoder"), rows=[row("encoder"), row("generate", length=None, steps=7.5)])).tables[
        3
    ]
    shown = [dict(zip(table.columns, (cell.text for cell in cells), strict=True)) for cells in table.rows]
    assert [(one["length"], one["decoder steps"]) for one in shown] == [("32", "0.0"), ("own", "7.5")]
