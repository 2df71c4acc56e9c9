"""How a model is asked that answers alone: one pure file a method.

A method says which calls can be made now, given what was said so far, and at the end which answer that makes. It knows
no service and no clock, so the same method is asked live, in a batch, or from the record (`asked_again`).
"""

from collections.abc import Callable, Mapping

from oversight_app.study.design.method import SETTINGS, Orders, Settings, checked, parse
from oversight_app.study.methods.best_of_n import BestOfN
from oversight_app.study.methods.cot import ChainOfThought
from oversight_app.study.methods.examples import Examples, examples_for
from oversight_app.study.methods.few_shot import FewShot
from oversight_app.study.methods.method import Call, Item, Method, Reads, told_in
from oversight_app.study.methods.p_true import PTrue
from oversight_app.study.methods.self_consistency import SelfConsistency
from oversight_app.study.methods.verbal_confidence import VerbalConfidence
from oversight_app.study.methods.wording import check_prompts_held
from oversight_app.study.methods.zero_shot import ZeroShot

_METHODS: Mapping[str, Callable[[Settings], Method]] = {
    "zero_shot": ZeroShot,
    "few_shot": FewShot,
    "cot": ChainOfThought,
    "best_of_n": BestOfN,
    "self_consistency": SelfConsistency,
    "verbal_confidence": VerbalConfidence,
    "p_true": PTrue,
}
METHODS = tuple(SETTINGS)
"""The names of all methods."""


def method_named(name: str, settings: Settings) -> Method:
    """The method with these settings; raises BadInput for a name that is none, or a setting that it does not have."""
    fitting = checked(name, settings)
    return _METHODS[name](fitting)


__all__ = [
    "METHODS",
    "Call",
    "Examples",
    "Item",
    "Method",
    "Orders",
    "Reads",
    "Settings",
    "check_prompts_held",
    "examples_for",
    "method_named",
    "parse",
    "told_in",
]
