"""One trial as a researcher reads it: the question as shown, the key, and every message."""

from oversight_app.errors import BadInput
from oversight_app.store import Store
from oversight_app.study.letters import OptionOrder
from oversight_app.study.questions import LETTERS, folded


def transcript_of(store: Store, trial_id: str) -> str:
    """The trial with this id as text; letters are those that the participant saw."""
    trial = next((row for row in store.rows("trials") if row["trial_id"] == trial_id), None)
    if trial is None:
        raise BadInput(
            f"There is no trial {trial_id!r} in this study. The column trial_id of an export's answers.csv names them."
        )
    question = next(q for q in store.questions() if q.question_id == trial["question_id"])
    order = OptionOrder(trial["option_order"])
    lines = [
        f"Trial {trial_id}: {trial['task']}, {trial['condition']}, question {question.question_id}",
        "",
        question.text.strip(),
        *(
            f"  {letter}. {folded(text)}"
            for letter, text in zip(LETTERS, order.shown(question.options), strict=True)
        ),
        "",
        f"Right: {order.displayed(LETTERS[question.correct])}. "
        f"Answered: {order.displayed(trial['choice']) if trial['choice'] else 'nothing'} "
        f"({trial['status'] or 'still open'}). "
        + (f"The assistant was to argue for {order.displayed(trial['stance'])}." if trial["stance"] else ""),
    ]
    context = 1
    for message in store.rows("messages"):
        if message["trial_id"] != trial_id:
            continue
        if message["context"] != context:
            context = message["context"]
            lines += ["", "-- the assistant forgets what was said before --"]
        status = "" if message["status"] in (None, "", "sent", "complete") else f" ({message['status']})"
        lines += ["", f"[{message['at'] or ''}] {message['speaker']}{status}:", message["text"] or ""]
    return "\n".join(line.rstrip() for line in lines)
