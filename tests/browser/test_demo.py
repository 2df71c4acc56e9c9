"""The demo as a newcomer meets it: one command, one link, a whole study, and a report that says what was answered."""

import json
import re
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from oversight_app.commands.server import free_port
from oversight_app.store import Store
from tests.browser.served import HOST, answers, first_port, mark, press, settled, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CONFIDENCES = (0.25, 0.42, 0.60, 0.80, 1.00)


@dataclass
class Answered:
    """What the test answered: per condition, whether it was right and how sure it said to be."""

    by_condition: dict[str, list[tuple[bool, float]]] = field(default_factory=lambda: defaultdict(list))

    def accuracy(self, condition: str) -> float:
        marks = [is_right for is_right, _ in self.by_condition[condition]]
        return sum(marks) / len(marks)

    def mean_confidence(self, condition: str) -> float:
        marks = [confidence for _, confidence in self.by_condition[condition]]
        return sum(marks) / len(marks)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The study's folder and the link that `oversight demo` prints."""
    folder = tmp_path / "demo"
    port = free_port(HOST, start=first_port())
    command = [sys.executable, "-m", "oversight_app.cli", "demo", "--port", str(port), "--into", str(folder)]
    said = tmp_path / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT)
    try:
        (link,) = wait_for(lambda: re.findall(r"http\S+/go/\S+", said.read_text())[:1], seconds=60)
        wait_for(lambda: answers(f"http://{HOST}:{port}/health"), seconds=60)
        yield folder, link
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def test_the_demos_link_leads_through_a_whole_study_to_a_report_that_says_what_was_answered(
    demo: tuple[Path, str], page: Page, tmp_path: Path
) -> None:
    folder, link = demo
    keys = keys_of(folder)

    page.goto(link)
    answered, code = take_part(page, keys, check_of(folder))

    assert re.fullmatch(r"\S{6,}", code)
    assert set(answered.by_condition) == {"human_alone", "human_with_model"}
    run("model-alone", folder, "--model", "scripted:demo")
    run("report", folder, "--out", tmp_path / "report")
    results = json.loads((tmp_path / "report" / "results.json").read_text())
    for condition in ("human_alone", "human_with_model"):
        n = len(answered.by_condition[condition])
        assert estimate(results, condition, "accuracy", n) == pytest.approx(answered.accuracy(condition))
        said = estimate(results, condition, "mean_confidence", n)
        assert said == pytest.approx(answered.mean_confidence(condition))
    assert (tmp_path / "report" / "report.html").stat().st_size > 10_000


def take_part(page: Page, keys: dict[str, set[str]], check: list[int]) -> tuple[Answered, str]:
    """Walk from consent to the code, whatever comes; every answer differs in option and confidence."""
    answered = Answered()
    n = 0
    for _ in range(60):
        stage = page.locator(
            ".st-key-consent, .st-key-comprehension_1, .st-key-begin, .st-key-continue, .st-key-next"
        )
        question = page.locator(f".st-key-submit_{n + 1}")
        code = page.locator(".st-key-completion_code")
        expect(stage.or_(question).or_(code).first).to_be_visible(timeout=20_000)
        settled(page)
        if code.is_visible():
            return answered, code.inner_text().strip()
        if question.is_visible():
            n += 1
            answer_question(page, n, keys, answered)
        elif page.locator(".st-key-comprehension_1").is_visible():
            for i, right in enumerate(check, start=1):
                page.locator(f".st-key-comprehension_{i} label[data-testid=stRadioOption]").nth(right).click()
                expect(page.locator(f".st-key-comprehension_{i} input").nth(right)).to_be_checked()
            press(page, "continue")
            expect(page.locator(".st-key-comprehension_1")).to_have_count(0)
        else:
            key = next(
                k
                for k in ("consent", "begin", "next", "continue")
                if page.locator(f".st-key-{k}").is_visible()
            )
            heading = page.locator("h1").first.inner_text()
            press(page, key)
            expect(page.locator("h1").first).not_to_have_text(heading)
    raise AssertionError("the study did not come to its end")


def answer_question(page: Page, n: int, keys: dict[str, set[str]], answered: Answered) -> None:
    question = page.locator(f"#question_{n}").evaluate("(e) => e.textContent")
    options = page.locator(f".st-key-options_{n} .ov-exact").evaluate_all(
        "(all) => all.map((e) => e.textContent)"
    )
    is_practice = "Practice" in page.locator(".ov-full").inner_text()
    has_assistant = page.locator(f".st-key-chat_input_{n}").is_visible()
    if has_assistant:
        page.locator(f".st-key-chat_input_{n} textarea").fill("Which one, and why?")
        page.keyboard.press("Enter")
        expect(page.locator(".ov-line.is-theirs .ov-exact")).not_to_be_empty(timeout=20_000)
        expect(page.locator(f".st-key-stop_{n}")).to_have_count(0, timeout=60_000)
    choice, confidence = n % 4, n % 5
    mark(page, n, choice, confidence)
    if not is_practice:
        condition = "human_with_model" if has_assistant else "human_alone"
        is_right = options[choice] in keys[question]
        answered.by_condition[condition].append((is_right, CONFIDENCES[confidence]))
    press(page, f"submit_{n}")
    expect(page.locator(f".st-key-submit_{n}")).to_have_count(0)


def keys_of(folder: Path) -> dict[str, set[str]]:
    """The right options' texts by question text."""
    keys: dict[str, set[str]] = defaultdict(set)
    with Store.open(folder / "study.db") as store:
        for question in store.questions():
            keys[question.text].add(question.options[question.correct])
    return keys


def check_of(folder: Path) -> list[int]:
    with Store.open(folder / "study.db") as store:
        plan = store.plan()
    assert plan is not None
    return [question.correct for question in plan.comprehension]


def run(*command: str | Path) -> None:
    __tracebackhide__ = True
    done = subprocess.run(
        [sys.executable, "-m", "oversight_app.cli", *map(str, command)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def estimate(results: dict[str, object], condition: str, metric: str, n: int) -> float:
    """The one estimate over all tasks, or the mean over tasks weighted by answers."""
    rows = results["estimates"]
    assert isinstance(rows, list)
    found = [
        row
        for row in rows
        if (row["condition"], row["metric"], row["rows"], row["subgroup"]) == (condition, metric, "all", None)
        and row["task"] != "all"
    ]
    assert sum(row["n_answers"] for row in found) == n
    return float(sum(row["estimate"] * row["n_answers"] for row in found) / n)
