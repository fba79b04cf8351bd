"""The page in a browser: what it says, at which widths and in which light, and what can be done with it."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from analysis.report import build_report
from analysis.studies.answer import Cell
from analysis.studies.report import write_study

HERE = Path(__file__).parent
OVERLAPS = (HERE / "overlaps.js").read_text(encoding="utf-8")
CONTRAST = (HERE / "contrast.js").read_text(encoding="utf-8")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NASTY = "<script>document.title = 'owned'</script>\"'>&amp;"
LONG = "a_name_without_a_place_to_break_" * 10
PAGES = ("finished", "unfinished", "hostile", "several runs")
WIDTHS = (1280, 390)
SEVERAL_RUNS = {
    "study": "size",
    "question": "Do larger encoders gain more?",
    "answer": "Nobody knows.",
    "incomplete": ["one run is missing"],
    "counts_as_answer": "A slope whose interval leaves 0 out.",
    "tables": [
        {
            "title": "Gains by size",
            "note": "In points.",
            "columns": ["encoder", "gain"],
            "rows": [
                [cell._asdict() for cell in (Cell("small"), Cell("+10.50", 10.5, 9.25, 12.5, 3))],
                [cell._asdict() for cell in (Cell("middle"), Cell("–"))],
                [cell._asdict() for cell in (Cell("large"), Cell("+9.00", 9.0, n=1))],
            ],
        }
    ],
    "runs": [{"name": "small", "encoder": "babel-xlmr", "seeds": [1, 2], "report": "small/report.html"}],
    "reproduce": "cairn study size.yaml",
}


@pytest.fixture(scope="module")
def browser():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail("the report is tested in a browser, and there is none: apt-get install chromium", pytrace=False)
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=options)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(study, tmp_path_factory):
    """Name -> the page's file."""
    finished = study(tmp_path_factory.mktemp("finished") / "order-study")
    with_failures(finished)
    unfinished = study(tmp_path_factory.mktemp("unfinished") / "order-study")
    unfinished.scores = []
    unfinished.add_trial(31, {"trunk": [], "targets": []}, 0, rungs=1, status=None)
    hostile = study(tmp_path_factory.mktemp("hostile") / "order-study")
    with_hostile_content(hostile)
    writers = {"finished": finished, "unfinished": unfinished, "hostile": hostile}
    written = {name: build_report(writer.write()) for name, writer in writers.items()}
    return {**written, "several runs": write_study(tmp_path_factory.mktemp("several"), SEVERAL_RUNS)}


def stage(*tasks):
    return {"mixture": dict.fromkeys(tasks, 1 / len(tasks)), "learning_rate": 1e-3, "steps": 300}


def with_failures(writer):
    writer.add_trial(30, {"trunk": [stage("mnli")], "targets": []}, 0, rungs=0, status="failed", reason="loss is NaN")
    writer.scores = [row for row in writer.scores if (row["arm"], row["seed"]) != ("winner 2", 13)]
    writer.add_failure("winner 2", 13, "xquad", "disk is full")


def with_hostile_content(writer):
    writer.resolved["name"] = NASTY + LONG
    writer.resolved["reproduce"] = f"cairn run {LONG}{NASTY}"
    tasks = (NASTY, LONG, *(f"task{number}" for number in range(8)))
    for number in range(100, 576):
        trunk = [stage(tasks[number % 10]), stage(tasks[number // 10 % 10]), stage(tasks[number // 100])]
        status = ("stopped", "failed", None, "completed")[number % 4]
        reached = {"failed": 0, "completed": 3}.get(status, 1 + number % 2)
        writer.add_trial(number, {"trunk": trunk, "targets": []}, 0, rungs=reached, status=status, reason=NASTY + LONG)
    writer.add_failure("winner 1", 11, "xquad", NASTY + LONG)
    writer.add_final(NASTY, {"trunk": [stage(LONG)], "targets": []}, 0.1)
    writer.add_final(LONG, {"trunk": [stage(NASTY)], "targets": []}, 0.1)


@pytest.fixture
def opened(browser, pages):
    """Name, options of the context -> the open page; fails where it asked for anything or complained."""
    contexts, complaints = [], []

    def open_page(name, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url != pages[name].as_uri() and complaints.append(request.url))
        page.goto(pages[name].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def summary_of(page_file):
    return json.loads(page_file.with_name("summary.json").read_text(encoding="utf-8"))


def table_of(page, caption):
    return page.locator("table", has=page.locator("caption", has_text=re.compile(f"^{re.escape(caption)}$")))


def column(table, head):
    """What stands in a column, all digits where it is a number."""
    return table.evaluate(
        """(table, head) => {
          const place = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent.trim().startsWith(head));
          return [...table.tBodies[0].rows].map((row) => {
            const cell = row.cells[place];
            const held = cell.matches("[data-value]") ? cell : cell.querySelector("[data-value]");
            return held ? Number(held.dataset.value) : row.cells[place].textContent.trim();
          });
        }""",
        head,
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_no_text_lies_on_another_and_the_page_is_as_wide_as_the_screen(opened, name, width):
    page = opened(name, width)
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.title().endswith("· Cairn")


def test_texts_that_lie_on_each_other_are_found(opened):
    page = opened("finished")
    page.evaluate("document.querySelector('h1').style.marginBottom = '-1.2rem'")
    assert page.evaluate(OVERLAPS)[0][0] == "order-study"
    page.reload()
    page.evaluate("document.querySelector('.trie .end text').setAttribute('y', 60)")
    assert page.evaluate(OVERLAPS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["finished", "unfinished"])
def test_every_text_has_contrast(opened, name, scheme):
    page = opened(name, color_scheme=scheme)
    page.evaluate("document.querySelector('details').open = true")
    assert page.evaluate(CONTRAST) == []


def test_the_dark_page_is_dark(opened):
    grounds = [
        opened("unfinished", color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    light, dark = (sum(map(int, re.findall(r"\d+", ground))) for ground in grounds)
    assert light > 700
    assert dark < 100


@pytest.mark.parametrize("name", ["finished", "unfinished", "several runs"])
def test_axe_finds_nothing_that_keeps_anyone_out(opened, name):
    page = opened(name)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_poor_contrast_is_found(opened):
    page = opened("finished")
    page.evaluate("document.documentElement.style.setProperty('--soft', '#999')")
    found = {text for text, _ in page.evaluate(CONTRAST)}
    assert "On this page" in found
    assert "rungs" in found


def test_names_and_reasons_are_text_and_never_run(opened, pages):
    page = opened("hostile")
    assert page.title().startswith("<script>")
    assert page.locator("script").count() == 1
    assert page.locator("h1").inner_text() == NASTY + LONG


def test_tables_are_sorted_by_number_with_the_missing_last(opened, pages):
    page = opened("finished")
    table = table_of(page, "All trials")
    head = table.locator("thead th", has_text="pivot-dev")
    before = column(table, "pivot-dev")
    known = sorted(value for value in before if value != "–")
    assert before.count("–") == 1
    head.locator("button").click()
    assert column(table, "pivot-dev") == [*known, "–"]
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").click()
    assert column(table, "pivot-dev") == [*reversed(known), "–"]
    head.locator("button").click()
    assert column(table, "pivot-dev") == before
    assert head.get_attribute("aria-sort") == "none"


def test_a_table_is_sorted_from_the_keyboard_and_rows_alike_keep_their_order(opened):
    page = opened("finished")
    table = table_of(page, "All trials")
    names = column(table, "trial")
    rungs = dict(zip(names, column(table, "rung"), strict=True))
    table.locator("thead button").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    known = [name for name in names if rungs[name] != "–"]
    assert column(table, "trial") == sorted(known, key=rungs.get) + [name for name in names if rungs[name] == "–"]
    page.get_by_text("sorted by rung, ascending").wait_for(state="attached")


def test_the_page_of_several_runs_is_sorted_and_says_its_digits_too(opened):
    page = opened("several runs")
    table = table_of(page, "Gains by size")
    table.get_by_role("button", name="gain").click()
    assert column(table, "encoder") == ["large", "small", "middle"]
    table.get_by_text("+10.50").hover()
    assert page.locator("#tip").inner_text() == "10.5, 9.25 to 12.5, n 3"


@pytest.mark.parametrize("clipboard", ["navigator.clipboard", "none"])
def test_a_table_is_copied_with_all_digits(opened, pages, clipboard):
    page = opened("finished")
    if clipboard == "none":
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy the table “Winners and controls on test”").click()
    page.get_by_text("Copied the table “Winners and controls on test”").wait_for(state="attached")
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), { id: 'paste' }))")
    page.locator("#paste").focus()
    page.keyboard.press("Control+V")
    lines = [line.split("\t") for line in page.locator("#paste").input_value().splitlines()]
    assert {len(line) for line in lines} == {len(lines[0])}
    winner = dict(zip(lines[0], lines[1], strict=True))
    arm = summary_of(pages["finished"])["arms"][0]
    assert winner["arm"] == "winner 1"
    assert winner["arm: plan"] == arm["plan"]
    assert float(winner["headline"]) == arm["test"]["mean"]
    assert float(winner["gain over direct: low"]) == arm["gain"]["headline"]["low"]
    assert float(winner["seeds"]) == 3


def test_every_mark_of_the_tree_is_reached_by_keyboard_and_says_its_exact_numbers(opened, pages):
    page = opened("finished")
    summary = summary_of(pages["finished"])
    marks = page.locator("svg.trie[role=group] .exact")
    assert marks.count() == len(summary["trie"]) + len(summary["trials"])
    page.locator("svg.trie [tabindex='0']").focus()
    told = []
    for _ in range(marks.count()):
        told.append(page.locator("#tip").inner_text())
        page.keyboard.press("ArrowRight")
    scores = {row["trial"]: row["selectors"].get("en-dev") for row in summary["trials"]}
    for name, value in scores.items():
        (text,) = (text for text in told if text.startswith((f"{name}:", f"{name},")))
        assert value is None or f"en-dev {value}" in text
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_a_number_says_its_digits_interval_and_seeds_when_pointed_at_or_walked_to(opened, pages):
    page = opened("finished", 390)
    arm = summary_of(pages["finished"])["arms"][0]
    table = table_of(page, "Winners and controls on test")
    number = table.locator("tbody .exact").first
    number.hover()
    told = page.locator("#tip").inner_text()
    assert told.startswith(str(arm["test"]["mean"]))
    assert str(arm["test"]["low"]) in told
    assert "3 seeds" in told
    assert f"seed 12: {arm['test']['by_seed']['12']}" in told
    number.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert "2 seeds" in page.locator("#tip").inner_text()
    box = page.locator("#tip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_the_contents_lead_to_every_section_and_the_skip_link_comes_first(opened):
    page = opened("finished", 390)
    targets = page.eval_on_selector_all("nav a", "links => links.map((link) => link.hash)")
    heads = page.eval_on_selector_all("main section > h2", "heads => heads.map((head) => `#${head.id}`)")
    assert targets == heads
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "answer"


@pytest.mark.parametrize("name", PAGES)
def test_paper_has_no_buttons_and_cuts_nothing_off(opened, name):
    page = opened(name, 1016)  # a landscape page of A4 less its margins
    page.emulate_media(media="print")
    assert page.locator("button.copy:visible").count() == 0
    assert page.locator("nav:visible").count() == 0
    cut = page.eval_on_selector_all(
        "main *:not(caption, .unseen)",
        """elements => elements.filter((element) => element.checkVisibility()
          && (element.getBoundingClientRect().right > 1017
            || (getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1)
            || (getComputedStyle(element).overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1)))
          .map((element) => element.outerHTML.slice(0, 200))""",
    )
    assert cut == []


def test_everything_can_be_read_without_scripts(opened, pages):
    with_scripts, without = opened("finished"), opened("finished", java_script_enabled=False)
    kept = without.locator("main").inner_text()
    assert without.locator("button").count() == 0
    words = re.sub(r"\s+", " ", kept).split()
    assert set(words) >= set(with_scripts.locator("main").inner_text().split()) - {"Copy"}
    assert without.locator(".exact[title]").count() > 100


def test_what_is_incomplete_or_failed_is_red(opened):
    page = opened("finished")
    red = page.evaluate("getComputedStyle(document.querySelector('.alarm h2')).color")
    for text in ("2 of 3", "failed"):
        shown = page.locator("td").filter(has_text=re.compile(f"^{text}$")).first
        inner = shown.locator("span.missing")
        assert (inner if inner.count() else shown).evaluate("element => getComputedStyle(element).color") == red
    assert page.locator(".trie .ending.failed").last.evaluate("element => getComputedStyle(element).stroke") == red
