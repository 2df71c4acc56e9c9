"""The words of a call: a frozen prompt filled for an item, and worked examples as turns before it."""

from oversight_app.errors import BadInput
from oversight_app.study.methods.method import Item, Method
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS
from oversight_app.study.transcript import Line, fill, holes


def check_prompts_held(plan: Plan, method: Method) -> None:
    """Raise BadInput where the plan does not hold a prompt that this method asks with."""
    if absent := [prompt for prompt in method.prompts if prompt not in plan.prompts]:
        raise BadInput(
            f"The plan of this study holds no prompt {absent[0]}, which {method.name} asks with: it was frozen by an "
            "earlier release. Ask by another method, or plan anew."
        )


def worded(item: Item, prompt: str, **more: str) -> str:
    """The plan's prompt of this name, filled with the question as it is shown and with what else is said."""
    return fill(item.plan.prompts[prompt], item.holes | more, name=prompt).strip()


def asked(item: Item, prompt: str, **more: str) -> tuple[Line, ...]:
    """The same as a conversation that begins."""
    return (Line("user", worded(item, prompt, **more)),)


def examples(item: Item, prompt: str, shots: int) -> tuple[Line, ...]:
    """The first `shots` examples as turns: each asked with this prompt, options in the publisher's order, and answered.

    Raises BadInput where the item has fewer.
    """
    if len(item.examples) < shots:
        raise BadInput(
            f"{item.question.question_id} has {len(item.examples)} examples, and {shots} are to be shown with it."
        )
    lines: list[Line] = []
    for example in item.examples[:shots]:
        filling = holes(example, LETTERS, "", pass_question=True)
        lines.append(Line("user", fill(item.plan.prompts[prompt], filling, name=prompt).strip()))
        lines.append(Line("assistant", LETTERS[example.correct]))
    return tuple(lines)
