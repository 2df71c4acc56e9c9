"""`oversight`: the command line, put together from the commands."""

import click

from oversight_app.commands import (
    answers,
    bank,
    console,
    demo,
    exports,
    load,
    paying,
    people,
    power,
    record,
    register,
    rehearse,
    results,
    select,
    study,
    submissions,
)
from oversight_app.commands.calm import CalmGroup


@click.group(
    cls=CalmGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="oversight")
@click.option(
    "--debug",
    is_flag=True,
    envvar="OVERSIGHT_DEBUG",
    help="Show the traceback of an error (or OVERSIGHT_DEBUG=1).",
)
def main(debug: bool) -> None:
    """Run scalable-oversight studies: people, an unreliable assistant and a model answer the same questions.

    \b
    To see a whole study: oversight demo
    To make one:          oversight init mystudy
    """


# In the order in which a study meets them; `--help` lists them so.
for command in (
    demo.demo,
    study.init,
    bank.bank,
    select.select,
    study.check,
    power.power,
    study.plan,
    register.register,
    rehearse.rehearse,
    people.invite,
    people.links,
    load.load,
    people.serve,
    console.console,
    study.status,
    results.model_alone,
    answers.import_answers,
    results.judge,
    results.read_advice,
    exports.export,
    results.report,
    submissions.statuses,
    paying.bonus,
    people.transcript,
    record.verify,
    record.backup,
    record.restore,
    record.delete,
    record.merge,
    record.upgrade,
    study.rebuild,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
