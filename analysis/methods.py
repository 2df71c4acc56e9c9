"""The methods paragraph of a report, ready to paste: what was really done with this study, and whom to cite for it.

Every sentence follows from the manifest, the answers or the rows of results; what a study did not do is not said.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.complementarity import COMPLEMENTARITY
from analysis.contrasts import FAMILY
from analysis.export import Export
from analysis.gap import GAP as GAP_RECOVERED
from analysis.references import (
    BOWMAN,
    BRIER,
    CLUSTERS,
    DEGREES,
    DISCOVERIES,
    EXACT,
    GAP,
    HOLM,
    JACKKNIFE,
    JOINT,
    MMLU,
    QUALITY,
    RELIANCE,
    Reference,
)
from analysis.results import ALL_TASKS, Contrast, Results, Rows
from analysis.revision import RAIR, RSR
from analysis.subjects import PREFIX as SUBJECT
from analysis.tables import MODEL_ALONE, Tables
from analysis.weighted_majority import ACCURACY as VOTES
from analysis.words import comparison_name, decimal, percent, plural, points, task_name

_BANKS = {"mmlu": MMLU, "quality": QUALITY}


@dataclass(frozen=True, slots=True)
class Methods:
    """The sentences and the works they cite, in the order of citing."""

    sentences: tuple[str, ...]
    references: tuple[Reference, ...]

    @property
    def paragraph(self) -> str:
        """All sentences in one paragraph."""
        return " ".join(self.sentences)

    @property
    def bibtex(self) -> str:
        """Every work as an entry for a .bib file."""
        return "\n\n".join(work.bibtex for work in self.references)


def methods(tables: Tables) -> Methods:
    """What was done with this study; the export and results that `tables` prints say so."""
    told = [
        *_design(tables),
        *_estimates(tables.results),
        *_measures(tables.results),
        *_tests(tables),
        *_left_out(tables.export, tables.results),
        *_made_with(tables.results),
    ]
    cited = dict.fromkeys(work for _, works in told for work in works)
    return Methods(tuple(text for text, _ in told), tuple(cited))


Told = Iterable[tuple[str, tuple[Reference, ...]]]


def _design(tables: Tables) -> Told:
    rows = [row for row in tables.results.estimates if row.metric == "accuracy" and row.rows == Rows.ALL]
    by_task: dict[str, list[str]] = {}
    for row in rows:
        if row.task != ALL_TASKS:
            n = f"{row.n_answers:,} answers to {plural(row.n_questions, 'question')}"
            if row.condition != MODEL_ALONE:
                n += f" by {plural(row.n_participants, 'participant')}"
            by_task.setdefault(row.task, []).append(f"{n} ({_lower(tables.label(row))})")
    who = "Simulated participants" if tables.is_simulated else "Participants"
    named = [
        f"{task_name(task)} ({_BANKS[task].short})" if task in _BANKS else task_name(task) for task in by_task
    ]
    works = tuple(_BANKS[task] for task in by_task if task in _BANKS)
    yield (
        f"{who} answered four-option questions of {_and(named)}, alone or with an assistant, in the manner of "
        f"{BOWMAN.short}.",
        (*works, BOWMAN),
    )
    for task, parts in by_task.items():
        yield f"Counted on {task_name(task)}: {'; '.join(parts)}.", ()


def _estimates(results: Results) -> Told:
    yield (
        "Accuracy is the share of right answers, a trial without a choice counting as wrong; abandoned and void "
        "trials, practice and attention checks do not enter.",
        (),
    )
    rows = [row for row in results.contrasts if row.metric == "accuracy" and row.rows == Rows.ALL]
    plain = [row for row in rows if row.subgroup is None and row.df is not None and row.role == "primary"]
    uses = {"passages" if "passage" in (row.ci_method or "") else "questions" for row in plain}
    dfs = sorted(row.df for row in plain if row.df is not None)
    span = ""
    if dfs:
        ends = [decimal(value, 1) for value in (dfs[0], dfs[-1])]
        span = f" (here {ends[0]})" if ends[0] == ends[1] else f" (here {ends[0]} to {ends[1]})"
    clusters = " or ".join(sorted(uses or {"questions"}, reverse=True))
    yield (
        f"Intervals ({_level(results):.0%}) and p values treat participants and {clusters} as samples: two-way "
        f"cluster jackknife ({JACKKNIFE.short}; two-way clustering: {CLUSTERS.short}) with the larger one-way "
        f"variance as lower bound and the degrees of freedom of {DEGREES.short}{span}; differences on the "
        "probability scale, single accuracies on the logit scale.",
        (JACKKNIFE, CLUSTERS, DEGREES),
    )
    if any("Clopper" in (row.ci_method or "") for row in results.estimates):
        yield f"At 0% and 100% the interval is that of {EXACT.short}.", (EXACT,)


def _measures(results: Results) -> Told:
    used = {row.metric for row in results.estimates if row.estimate is not None}
    if "calibration_error_5bin" in used:
        yield (
            f"Calibration error is that of {BOWMAN.short}, over five bins of stated confidence; the Brier score is "
            f"split into reliability, resolution and uncertainty ({BRIER.short}).",
            (BOWMAN, BRIER),
        )
    if VOTES in used:
        yield f"Majority votes are weighted by confidence as in {BOWMAN.short}.", (BOWMAN,)
    if GAP_RECOVERED in used:
        yield (
            "The performance gap recovered is what people with the assistant gain over a baseline, as a share of what "
            f"the baseline lacks to the published accuracy of experts ({GAP.short}), with Fieller's interval.",
            (GAP,),
        )
    if not used.isdisjoint((RAIR, RSR)):
        yield f"Reliance (RAIR, RSR) is that of {RELIANCE.short}.", (RELIANCE,)


def _level(results: Results) -> float:
    return next((row.level for row in results.estimates if row.metric == "accuracy"), 0.95)


def _tests(tables: Tables) -> Told:
    rows = [row for row in tables.results.contrasts if row.rows == Rows.ALL]
    family = [row for row in rows if row.family == FAMILY and row.p_adjusted is not None]
    if family:
        names = dict.fromkeys(_lower(comparison_name(row.contrast, tables.is_simulated)) for row in family)
        declared = "declared before data" if tables.manifest.family else "the default family"
        yield (
            f"Confirmatory were {plural(len(family), 'comparison')} ({declared}: {'; '.join(names)}, per task), with p "
            f"values adjusted by {HOLM.short}.",
            (HOLM,),
        )
    if any(row.contrast == COMPLEMENTARITY and row.p is not None for row in rows):
        people = "Simulated participants" if tables.is_simulated else "People"
        yield (
            f"{people} with the assistant were said to beat both baselines only where both one-sided tests rejected at "
            f"0.025 (intersection-union test, {JOINT.short}).",
            (JOINT,),
        )
    if tables.manifest.margin:
        margin = points(tables.manifest.margin).removeprefix("+")
        yield (
            f"Equivalence and non-inferiority were judged against a margin of {margin} points by 90% intervals.",
            (),
        )
    if any(_is_subject(row) for row in rows):
        yield f"Comparisons by subject are exploratory, adjusted by {DISCOVERIES.short}.", (DISCOVERIES,)


def _is_subject(row: Contrast) -> bool:
    return (row.subgroup or "").startswith(SUBJECT) and row.p_adjusted is not None


def _left_out(export: Export, results: Results) -> Told:
    rules = [row for row in results.exclusions if row.declared]
    if rules:
        said = []
        for row in rules:
            name = row.rule.replace("_", " ")
            n = "not applied" if row.n_participants is None else plural(row.n_participants, "participant")
            said.append(f"{name}, {n}")
        yield (
            f"Rules for leaving out whole participants, declared before data and blind to accuracy: {'; '.join(said)}; "
            "results are given on all rows and after exclusions.",
            (),
        )
    elif export.manifest.raw:
        yield "No participant was excluded.", ()
    lost = [row for row in results.exclusions if not row.declared and row.rule in ("void", "abandoned")]
    if lost:
        said = [f"{row.n_answers:,} {row.rule}" for row in lost]
        yield f"Trials left out: {_and(said)}.", ()
    share = export.manifest.raw.get("declared_error_share")
    if isinstance(share, int | float):
        yield f"By design the assistant was to be wrong, or weakened, in {percent(share)} of the trials.", ()


def _made_with(results: Results) -> Told:
    versions = [f"{name} {value}" for name, value in results.made_from["versions"].items() if value]
    design = results.made_from.get("design_hash")
    hashed = f"; design hash {design[:12]}" if isinstance(design, str) else ""
    yield f"Analysed with {', '.join(versions)}{hashed}.", ()


def _and(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
