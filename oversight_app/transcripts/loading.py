"""From the record to the account of one trial."""

from oversight_app.errors import BadInput, NoPlan
from oversight_app.store import Store
from oversight_app.study.account import Account, account_of
from oversight_app.study.sitting import fold
from oversight_app.transcripts.text import as_text


def account(store: Store, trial_id: str) -> Account:
    """The account of the trial with this id; raises BadInput where there is none."""
    plan = store.plan()
    row = next((row for row in store.rows("trials") if row["trial_id"] == trial_id), None)
    if row is None:
        raise BadInput(
            f"There is no trial {trial_id!r} in this study. The column trial_id of an export's answers.csv names them."
        )
    if plan is None:
        raise NoPlan(store.path.parent)
    # From the events and not from the rows beside them: an account is held against what was hashed.
    sitting = fold(row["participant_id"], store.events_of(row["participant_id"]), plan.design)
    trial = next(trial for trial in sitting.trials if trial.plan.trial_id == trial_id)
    bank = store.questions()
    question = next(q for q in bank if q.question_id == trial.plan.question_id)
    return account_of(sitting, trial, question, plan, bank)


def transcript_of(store: Store, trial_id: str) -> str:
    """The trial with this id as text."""
    return as_text(account(store, trial_id))
