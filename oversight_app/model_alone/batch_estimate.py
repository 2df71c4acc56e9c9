"""What a run in batches would send now, and what that would cost; nothing is asked and no key is needed."""

from oversight_app.model_alone.batches import BatchRun
from oversight_app.study.workload import TOKENS_PER_WORD, Workload


def expected_of(run: BatchRun, limit: int | None = None) -> list[str]:
    """What to expect, in a few lines: requests, tokens and money of what can be asked now, a model a line.

    Tokens sent are reckoned from words, tokens received are the most that the requests allow.
    """
    lines = []
    for model, asked in run.requests(run.wanted(limit)).items():
        requests = [request for _, request in asked]
        words = sum(len(turn.text.split()) for request in requests for turn in request.turns)
        load = Workload(
            len(requests), words * TOKENS_PER_WORD, sum(request.max_tokens for request in requests)
        )
        lines.append(f"Would be sent to {model} in batches: {load.describe(run.calls.price(model))} at most.")
        if run.calls.price(model) is None:
            lines.append(
                f'The price of {model} is unknown: [prices."{model}"] in study.toml names it before `oversight plan`.'
            )
    n_away = sum(len(batch.planned.calls) for batch in run.batches.under_way)
    if n_away:
        lines.append(f"{n_away:,} requests are under way already, and are not sent again.")
    if not lines:
        lines.append(
            f"Every question has its answer of {run.who.provider}:{run.who.model} ({run.who.label})."
        )
    lines.append("A batch costs half; where a method asks on from what was said, that comes on top.")
    return lines
