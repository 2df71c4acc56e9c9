"""How the report says numbers and names: rounding and wording, in one place and only for readers."""

from analysis.columns import Condition
from analysis.results import ALL_TASKS

MINUS = "−"
MISSING = "–"
NBSP = "\u00a0"

CONDITIONS = {
    str(Condition.HUMAN_ALONE): "People alone",
    str(Condition.HUMAN_WITH_MODEL): "People with the assistant",
    str(Condition.MODEL_ALONE): "Model alone",
}
_TASKS = {"mmlu": "MMLU", "quality": "QuALITY", ALL_TASKS: "All tasks"}


def task_name(task: str) -> str:
    """A task as readers know it; a bank's own task keeps its name."""
    return _TASKS.get(task, task)


def percent(value: float | None) -> str:
    """A fraction as percent with one decimal: 0.7123 -> 71.2%."""
    return MISSING if value is None else f"{100 * value:.1f}%"


def percent_range(low: float | None, high: float | None) -> str:
    """An interval in percent: 64.1% to 77.5%."""
    return MISSING if low is None or high is None else f"{percent(low)} to {percent(high)}"


def points(value: float | None) -> str:
    """A difference of fractions in percentage points with its sign: -0.021 -> −2.1."""
    if value is None:
        return MISSING
    text = f"{100 * value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", MINUS)


def points_range(low: float | None, high: float | None) -> str:
    """An interval in percentage points: −2.1 to +9.4."""
    return MISSING if low is None or high is None else f"{points(low)} to {points(high)}"


def p_value(p: float | None) -> str:
    """A p value with three decimals, never 0 or 1: 0.00004 -> <0.001."""
    if p is None:
        return MISSING
    return "<0.001" if p < 0.001 else ">0.999" if p > 0.999 else f"{p:.3f}"


def p_phrase(p: float, is_adjusted: bool) -> str:
    """A p value inside a sentence, saying whether it is adjusted for several tests."""
    name = "Holm-adjusted p" if is_adjusted else "unadjusted p"
    value = p_value(p)
    sign, digits = (value[0], value[1:]) if value[0] in "<>" else ("=", value)
    return f"{name}{NBSP}{sign}{NBSP}{digits}"


def decimal(value: float | None, digits: int = 2) -> str:
    """A number with fixed decimals: -0.184 -> −0.18."""
    return MISSING if value is None else f"{value:.{digits}f}".replace("-", MINUS)


def decimal_range(low: float | None, high: float | None) -> str:
    """An interval of numbers with two decimals: −0.21 to 0.94."""
    return MISSING if low is None or high is None else f"{decimal(low)} to {decimal(high)}"


def seconds(value: float | None) -> str:
    """A duration in seconds: 48.2 s."""
    return MISSING if value is None else f"{value:.1f} s"


def plural(n: int, word: str) -> str:
    """A count with its noun: 1 answer, 2 answers."""
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


def condition_name(condition: str, is_simulated: bool = False) -> str:
    """A condition as readers know it; simulated participants are never called people."""
    name = CONDITIONS.get(condition, condition)
    return name.replace("People ", "Simulated, ") if is_simulated else name


def comparison_name(contrast: str, is_simulated: bool = False) -> str:
    """A contrast in words: "People with the assistant, against people alone"."""
    people = "simulated" if is_simulated else "people"
    if contrast == "complementarity":
        contrast = f"{Condition.HUMAN_WITH_MODEL} - the better of the two"
    first, _, second = contrast.partition(" - ")
    if first not in CONDITIONS:  # two protocols or assistants, by their own names
        return f"{first.replace('_', ' ')}, against {second.replace('_', ' ')}"
    against = {
        str(Condition.HUMAN_ALONE): f"{people} alone",
        str(Condition.MODEL_ALONE): "the model alone",
        "advice": "the assistant’s advice",
        "switching_rule": "switching by confidence",
    }
    return f"{condition_name(first, is_simulated)}, against {against.get(second, second)}"
