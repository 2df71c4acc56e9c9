"""What is fixed about one trial before its participant sees it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """One participant, one question, one condition, one sample; drawn when the participant is assigned.

    `n` counts 1.. over the whole sitting, practice included; `position` over study trials only (None in practice).
    `option_order` and `stance` are original letters; `stance` is empty where nobody was told what to argue for.
    `time_limit_s` is None in an untimed task. `sample` counts the answers of one participant to one question, from 1.
    `expected` is the original letter that an attention check asks for, and empty in every other trial.
    """

    trial_id: str
    n: int
    block: int
    position: int | None
    position_in_block: int
    passage_exposure: int | None
    task: str
    question_id: str
    condition: str
    protocol: str
    assistant_mode: str
    form: str
    option_order: str
    time_limit_s: float | None
    stance: str = ""
    manipulated: bool = False
    is_practice: bool = False
    is_attention_check: bool = False
    sample: int = 1
    reading_s: float = 0.0
    min_time_s: float = 0.0
    is_answer_first: bool = False
    expected: str = ""
