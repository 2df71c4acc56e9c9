"""Which samples of an evaluation log become trials of a study: each question's answers numbered, none taken twice.

An epoch is a sample. Where a question has an answer with that number already, from another log of the same model asked
in the same way, the next free number is taken: it is one answer more, and not another one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from oversight_app.study.design import Condition, Protocol
from oversight_app.study.letters import OptionOrder
from oversight_app.study.log_matching import Match, Matcher, answer_of
from oversight_app.study.logged import Defect, Entry, LoggedAnswer, NoReply
from oversight_app.study.model_answer import ModelAnswer
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS
from oversight_app.study.trial import Trial, TrialStatus
from oversight_app.study.trial_plan import TrialPlan


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands in a plan."""

    task: str
    form: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A sample that becomes an answer: as it was logged, its trial, and the answer in original letters."""

    logged: LoggedAnswer
    trial: TrialPlan
    answer: ModelAnswer


@dataclass(slots=True)
class Found:
    """What a log holds for a study. Numbers in lists are of samples or lines, from 1."""

    n_samples: int = 0
    answers: list[Imported] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    no_reply: list[NoReply] = field(default_factory=list)
    n_by_id: int = 0
    n_by_text: int = 0
    n_elsewhere: int = 0
    """Samples that are of no question of the plan."""
    n_known: int = 0
    """Samples that were on record already, or come twice in the log."""
    without_passage: list[int] = field(default_factory=list)
    other_keys: list[str] = field(default_factory=list)
    """The ids of questions to which the log has another right answer than the study."""
    other_scores: list[int] = field(default_factory=list)
    """Answers that are read here in another way than the log counted them."""

    @property
    def n_matched(self) -> int:
        """Samples with a reply that are of questions of the plan."""
        return self.n_by_id + self.n_by_text

    @property
    def n_unreadable(self) -> int:
        """Replies among the new answers that cannot be read as an option."""
        return sum(each.answer.status is TrialStatus.UNREADABLE for each in self.answers)

    @property
    def n_further(self) -> int:
        """New answers to questions that have one already: epochs, and other runs."""
        return sum(each.trial.sample > 1 for each in self.answers)


def places(plan: Plan) -> dict[str, Place]:
    """The questions of the study itself, practice left out, in the plan's order."""
    return {
        question_id: Place(task, form)
        for task, forms in plan.forms.items()
        for form, slots in forms.items()
        for slot in slots
        for question_id in slot.question_ids
    }


def take_in(
    entries: Sequence[Entry],
    matcher: Matcher,
    where: Mapping[str, Place],
    *,
    participant_id: str,
    trials: Sequence[Trial],
    known: Collection[str],
) -> Found:
    """What is new in a log for a participant with these trials, who has given the answers of these identities."""
    found = Found(n_samples=len(entries))
    seen, n = set(known), len(trials)
    taken: dict[str, set[int]] = defaultdict(set)
    for trial in trials:
        taken[trial.plan.question_id].add(trial.plan.sample)
    for entry in entries:
        if isinstance(entry, Defect):
            found.defects.append(entry)
            continue
        if isinstance(entry, NoReply):
            found.no_reply.append(entry)
            continue
        match = matcher.find(entry)
        if match is None:
            found.n_elsewhere += 1
        elif isinstance(match, Defect):
            found.defects.append(match)
        else:
            found.n_by_id += match.by_id
            found.n_by_text += not match.by_id
            if entry.identity in seen:
                found.n_known += 1
                continue
            seen.add(entry.identity)
            n += 1
            samples = taken[match.question.question_id]
            sample = entry.epoch if entry.epoch not in samples else max(samples) + 1
            samples.add(sample)
            place = where[match.question.question_id]
            answer = answer_of(entry, match)
            found.answers.append(Imported(entry, _trial(participant_id, n, sample, match, place), answer))
            _note(found, entry, match, answer)
    return found


def _trial(participant_id: str, n: int, sample: int, match: Match, place: Place) -> TrialPlan:
    return TrialPlan(
        trial_id=f"{participant_id}-{n:04d}-{sample}",
        n=n,
        block=1,
        position=n,
        position_in_block=n,
        passage_exposure=None,
        task=place.task,
        question_id=match.question.question_id,
        condition=Condition.MODEL_ALONE.value,
        protocol=Protocol.UNAIDED.value,
        assistant_mode="",
        form=place.form,
        option_order=match.option_order,
        time_limit_s=None,
        sample=sample,
    )


def _note(found: Found, entry: LoggedAnswer, match: Match, answer: ModelAnswer) -> None:
    """Where log and study do not agree, or may not be comparable."""
    if match.lacks_passage:
        found.without_passage.append(entry.record)
    if not entry.target or len(entry.target) != 1 or entry.target not in LETTERS:
        return
    target = OptionOrder(match.option_order).original(entry.target)
    question = match.question
    # Two options that read the same are one answer.
    if question.options[LETTERS.index(target)].strip() != question.options[question.correct].strip():
        found.other_keys.append(question.question_id)
    if entry.was_scored is not None and entry.was_scored != (answer.choice == target):
        found.other_scores.append(entry.record)
