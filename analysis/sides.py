"""Debates: trials in which two sides argued for different options, so that there is no one piece of advice.

`stance` then has two letters, and `advice_choice` is empty as long as the sides differ. Such trials can be compared
with people alone and with the model alone. They cannot be compared with "its advice", and nobody in them follows or
overrides it: what would need advice is null, with this reason and no other.
"""

import pandas as pd

from analysis.entries import entering

TWO_SIDES = "the two sides argued for different options, so there is no one piece of advice"


def is_two_sided(answers: pd.DataFrame) -> pd.Series:
    """For each answer whether its stance names more than one option."""
    stance = answers["stance"]
    several = {name for name in stance.dropna().unique() if len(set(str(name))) > 1}
    return stance.isin(several)


def is_debate(answers: pd.DataFrame) -> bool:
    """Whether every stance in these answers is of two sides, and there is one."""
    return bool(is_two_sided(answers).any() and is_two_sided(answers)[answers["stance"].notna()].all())


def why_unadvised(answers: pd.DataFrame) -> str:
    """`TWO_SIDES` where that is why no answer that enters has advice; else the empty text."""
    used = entering(answers)
    return TWO_SIDES if is_debate(used) and used["advice_choice"].isna().all() else ""
