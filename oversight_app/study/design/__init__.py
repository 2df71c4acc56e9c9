"""The design: everything a researcher decides before data, read from study.toml.

A design is checked whole when it is read; a wrong key, value or combination is a `DesignError` that names the key, what
was found and what is allowed. It knows nothing of banks: whether they can satisfy it is a matter of the plan. One file
a table of study.toml; `whole` joins them.
"""

from oversight_app.study.design.analysis import CONTRASTS, EXCLUSIONS, AnalysisDesign, PrimaryModel
from oversight_app.study.design.answering import AnswerDesign
from oversight_app.study.design.assistant import PROVIDERS, AssistantDesign, split_model
from oversight_app.study.design.bonus import BonusDesign
from oversight_app.study.design.prices import ListPrice, Price, SpendingDesign
from oversight_app.study.design.section import LONGEST_S
from oversight_app.study.design.sitting import LogDesign, OutcomeDesign, SittingDesign
from oversight_app.study.design.tasks import ConditionsDesign, TaskDesign
from oversight_app.study.design.vocabulary import (
    ENDINGS,
    FIVE_POINTS,
    HUMAN_CONDITIONS,
    AdviceForm,
    AssistantMode,
    Condition,
    ConfidenceScale,
    Feedback,
    Outcome,
    Protocol,
    ScoringRule,
    Sequence,
    TurnOrder,
)
from oversight_app.study.design.whole import Design, read_design

__all__ = [
    "CONTRASTS",
    "ENDINGS",
    "EXCLUSIONS",
    "FIVE_POINTS",
    "HUMAN_CONDITIONS",
    "LONGEST_S",
    "PROVIDERS",
    "AdviceForm",
    "AnalysisDesign",
    "AnswerDesign",
    "AssistantDesign",
    "AssistantMode",
    "BonusDesign",
    "Condition",
    "ConditionsDesign",
    "ConfidenceScale",
    "Design",
    "Feedback",
    "ListPrice",
    "LogDesign",
    "Outcome",
    "OutcomeDesign",
    "Price",
    "PrimaryModel",
    "Protocol",
    "ScoringRule",
    "Sequence",
    "SittingDesign",
    "SpendingDesign",
    "TaskDesign",
    "TurnOrder",
    "read_design",
    "split_model",
]
