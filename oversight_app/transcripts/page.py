"""A trial as one HTML file that opens alone, without a network and without a script. Every text in it is escaped."""

from oversight_app.study.account import Account
from oversight_app.study.events import iso
from oversight_app.transcripts.facts import QUIET, asked_of, error_of, facts_of, outcome_of


def as_page(account: Account, *, sent: bool = False) -> str:
    """The account as a page; with `sent`, what each reply's model was sent can be unfolded at its reply."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("oversight_app", "transcripts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(facts=facts_of, error=error_of, time=iso)
    return environment.get_template("page.html").render(
        account=account,
        plan=account.trial.plan,
        question=account.question,
        outcome=outcome_of(account),
        others=[(call, asked_of(account, call.asked)) for call in account.calls],
        quiet=QUIET,
        shows_sent=sent,
    )
