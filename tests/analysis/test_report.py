import json
import re
from html.parser import HTMLParser

import pytest

from analysis.report import build_report, results_table

VOID = {"meta", "circle", "line", "br"}


class Page(HTMLParser):
    """Checks that tags close in order, and collects what the tests ask about."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.tables = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append((tag, values))
        if tag == "table":
            self.tables.append([])
        if self.tables and tag in ("caption", "th", "td", "tr"):
            self.tables[-1].append((tag, values))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def page_of():
    def build(writer):
        path = build_report(writer.write())
        assert path == writer.path / "report.html"
        return path.read_text(encoding="utf-8")

    return build


def in_trouble(writer):
    writer.add_trial(30, {"trunk": [], "targets": []}, 0, rungs=0, status="failed", reason="NaN at <b>step</b> 3 & 4")
    writer.add_trial(31, {"trunk": [], "targets": []}, 0, rungs=1, status=None)
    writer.scores = [row for row in writer.scores if (row["arm"], row["seed"]) != ("winner 2", 13)]
    writer.add_failure("winner 2", 13, "xquad", "disk is full")
    return writer


def without_finals(writer):
    writer.scores = []
    return writer


def unchanged(writer):
    return writer


@pytest.mark.parametrize("change", [unchanged, in_trouble, without_finals])
@pytest.mark.parametrize("options", [{}, {"selector": "pivot-dev"}, {"seeds": (11,)}, {"noise": 0}])
def test_the_page_is_well_formed_and_every_table_can_be_read_aloud(page_of, full_run, change, options):
    page = Page(page_of(change(full_run(**options))))
    assert page.tables
    for table in page.tables:
        assert table[0][0] == "caption"
        assert all(values.get("scope") in ("row", "col") for tag, values in table if tag == "th")


def test_a_study_that_has_only_begun_has_a_page(page_of, empty_run):
    assert "There is no answer yet" in page_of(empty_run())


def test_the_page_needs_nothing_from_outside(page_of, full_run):
    text = page_of(full_run())
    page = Page(text)
    assert not {"link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not any("src" in values for _, values in page.tags)
    assert all(values["href"].startswith("#") for _, values in page.tags if "href" in values)
    assert "url(" not in text
    assert "@import" not in text


def numbers_in(value):
    if isinstance(value, dict):
        return {number for inner in value.values() for number in numbers_in(inner)}
    if isinstance(value, list):
        return {number for inner in value for number in numbers_in(inner)}
    return {value} if isinstance(value, int | float) else set()


@pytest.mark.parametrize("change", [unchanged, in_trouble, without_finals])
def test_every_number_of_the_page_is_in_the_summary(page_of, full_run, change):
    writer = change(add_orders(full_run()))
    shown = {float(number) for number in re.findall(r'data-value="(.*?)"', page_of(writer))}
    summary = json.loads((writer.path / "summary.json").read_text(encoding="utf-8"))
    assert len(shown) > 100
    assert shown <= numbers_in(summary)


def test_the_page_suits_dark_screens_paper_and_phones(page_of, full_run):
    text = page_of(full_run())
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert 'content="width=device-width' in text


def test_reasons_are_shown_as_text_and_in_the_alarm(page_of, full_run):
    text = page_of(in_trouble(full_run()))
    assert "NaN at &lt;b&gt;step&lt;/b&gt; 3 &amp; 4" in text
    alarms = re.findall(r'<section class="alarm".*?</section>', text, re.DOTALL)
    assert len(alarms) == 2
    assert "t0031" in alarms[0]
    assert "disk is full" in alarms[1]


def test_a_study_without_trouble_raises_no_alarm(page_of, full_run):
    assert 'class="alarm"' not in page_of(full_run())


def test_the_answer_stands_first(page_of, full_run):
    writer = full_run()
    text = page_of(writer)
    sentences = json.loads((writer.path / "summary.json").read_text(encoding="utf-8"))["answer"]
    assert len(sentences) == 3
    places = [text.index(sentence.replace(">", "&gt;")) for sentence in sentences]
    assert places == sorted(places)
    assert places[-1] < text.index("<table>")


def test_the_same_run_gives_the_same_files(page_of, full_run):
    writer = full_run()
    first = page_of(writer), (writer.path / "summary.json").read_text()
    build_report(writer.path)
    assert (
        (writer.path / "report.html").read_text(encoding="utf-8"),
        (writer.path / "summary.json").read_text(),
    ) == first
    assert not list(writer.path.glob(".*.part"))


def test_the_terminals_table_has_a_row_for_each_arm(page_of, full_run):
    writer = full_run(noise=0)
    page_of(writer)
    table = results_table(json.loads((writer.path / "summary.json").read_text(encoding="utf-8")))
    assert len(table.rows) == 7
    assert all(len(row) == len(table.columns) for row in table.rows)
    winner, direct = table.rows[0], table.rows[2]
    assert winner[0] == "winner 1"
    assert winner[2:] == ("65.33", "+2.08", "+2.08 to +2.08", "65.83", "3")
    assert direct[2:] == ("63.25", "–", "–", "63.25", "3")


def test_the_terminals_table_of_an_unfinished_study_is_empty(page_of, empty_run):
    writer = empty_run()
    page_of(writer)
    assert results_table(json.loads((writer.path / "summary.json").read_text(encoding="utf-8"))).rows == []


def add_orders(writer):
    target = {"mixture": {"mnli": 1.0}, "learning_rate": 1e-3, "steps": 300}
    for order, gain in (
        (("mnli", "squad1", "ccg"), 3.0),
        (("ccg", "mnli", "squad1"), 1.5),
        (("squad1", "ccg", "mnli"), 0.0),
    ):
        trunk = [{"mixture": {task: 1.0}, "learning_rate": 1e-3, "steps": 300} for task in order]
        writer.add_final(" > ".join(order), {"trunk": trunk, "targets": [target]}, gain)
    writer.resolved["analysis"] = {"equivalence_band": 0.5}
    return writer


def test_the_verdict_on_order_stands_first_where_a_run_can_speak(page_of, full_run):
    text = page_of(add_orders(full_run()))
    Page(text)
    assert text.index("<p>Order matters: orders of the same stages differ beyond luck") < text.index(
        "<p>On test, winner 1"
    )
    for words in ("Does order matter?", "Permutation test", "Order variance over seed variance", "Band set beforehand"):
        assert words in text
    assert "mnli at 1 of 3" not in text  # three orders cannot tell places apart


def test_effects_of_order_are_set_out_with_their_q(page_of, empty_run):
    writer = empty_run()
    target = {"mixture": {"mnli": 1.0}, "learning_rate": 1e-3, "steps": 300}
    for one, other, gain in ("mnli", "ccg", 2.0), ("ccg", "mnli", 0.0):
        trunk = [{"mixture": {task: 1.0}, "learning_rate": 1e-3, "steps": 300} for task in (one, other)]
        writer.add_final(f"{one} > {other}", {"trunk": trunk, "targets": [target]}, gain)
    text = page_of(writer)
    Page(text)
    assert "ccg before mnli" in text
    assert "Band set beforehand</dt><dd>none" in text


def test_a_run_that_cannot_speak_says_so_in_its_section_and_not_in_the_answer(page_of, full_run):
    text = page_of(full_run())
    assert text.count("Not enough data yet to say whether order matters") == 1
    assert text.index('id="order"') < text.index("Not enough data yet to say whether order matters")


def test_one_seed_of_each_order_has_a_page(page_of, full_run):
    text = page_of(add_orders(full_run(seeds=(11,))))
    Page(text)
    assert "have one seed each" in text


def claiming(writer, **registered):
    from analysis.hypotheses.registration import fingerprint

    claims = {"search <pays>": {"better": ["winner 1", "direct"]}, "order": {"before": [["mnli"], ["squad1"]]}}
    writer.resolved["analysis"] = {"equivalence_band": 0.5, "hypotheses": claims}
    sha256 = fingerprint(writer.resolved["analysis"])
    writer.resolved["registered"] = {"sha256": sha256, "time": 1767607100.0, **registered}
    return writer


def test_registered_hypotheses_stand_after_the_verdict_on_order_with_their_hash(page_of, full_run):
    writer = claiming(full_run(noise=0.1))
    text = page_of(writer)
    Page(text)
    assert "Of 2 registered hypotheses: 1 confirmed (search &lt;pays&gt;), 1 open (order)." in text
    assert writer.resolved["registered"]["sha256"] in text
    assert "2026-01-05 09:58:20 UTC" in text
    assert "The store held 7 stages of this study before it began" in text
    assert text.index('id="order"') < text.index('id="hypotheses"') < text.index('id="results"')


def test_hypotheses_that_came_too_late_are_marked_as_exploratory(page_of, full_run):
    text = page_of(claiming(full_run(), time=1767607300.0))
    Page(text)
    assert "Not registered beforehand: 24 of 24 trials are older than the claims" in text
    assert "Hypotheses, exploratory (Benjamini-Hochberg)" in text
    assert "confirmed" not in text.partition("<main>")[2].replace("confirmed or rejected", "")


def test_a_page_without_hypotheses_has_no_section_of_them(page_of, full_run):
    assert 'id="hypotheses"' not in page_of(full_run())


def test_effects_of_order_are_marked_as_exploratory(page_of, full_run):
    text = page_of(add_orders(full_run()))
    assert "Effects of order, exploratory (Benjamini-Hochberg)" in text
    assert "Variance by stage and seed" in text


def test_the_same_gains_are_shown_by_signs_errors_and_a_mixed_model(page_of, full_run):
    text = page_of(full_run())
    for words in (
        "p by signs",
        "smallest p possible",
        "0.250",
        "error reduction",
        "Gains over direct by the mixed model",
    ):
        assert words in text
    assert "Where scores vary" in text


def test_a_model_that_cannot_be_fitted_says_so(page_of, full_run):
    text = page_of(full_run(noise=0))
    Page(text)
    assert "Mind: the scores follow from arms, seeds and languages exactly" in text
