"""The people in a study: invite them, serve them their page, read what they and the assistant wrote."""

import os
from pathlib import Path

import click

from oversight_app.commands.terminal import command, study_argument, warn


@click.command(short_help="Make a link for each participant.")
@study_argument
@click.option("--count", type=click.IntRange(1, 100_000), required=True, help="How many links to make.")
@click.option("--url", metavar="ADDRESS", help="Where participants reach the server.")
def invite(study: Path, count: int, url: str | None) -> None:
    """Make a link for each new participant, as CSV on the standard output.

    \b
    Example: oversight invite mystudy --count 40 --url https://study.example.org > links.csv
    """
    from oversight_app import invitations
    from oversight_app.clock import SystemClock
    from oversight_app.commands.server import FIRST_PORT, LOOPBACK
    from oversight_app.study_folder import StudyFolder

    address = invitations.checked_url(url or f"http://{LOOPBACK}:{FIRST_PORT}")
    with StudyFolder.open(study).open_store() as store:
        tokens = invitations.invite(store, count, clock=SystemClock())
    click.echo("token,link")
    for token in tokens:
        click.echo(f"{token},{invitations.link(address, token)}")
    if url is None:
        warn("these links work on this machine only; name the public address with --url.")
    links_command = command("links", study, *(["--url", url] if url else []))
    warn(
        f"people from Prolific, MTurk or Connect need none of these; `{links_command}` prints what to paste there."
    )


@click.command(short_help="Print what to enter at a recruiting platform.")
@study_argument
@click.option("--url", metavar="ADDRESS", help="Where participants reach the server.")
def links(study: Path, url: str | None) -> None:
    """Print the links to paste at Prolific, MTurk and CloudResearch Connect, and the code of each outcome.

    \b
    Example: oversight links mystudy --url https://study.example.org
    """
    from oversight_app import invitations
    from oversight_app.commands.server import FIRST_PORT, LOOPBACK
    from oversight_app.errors import NoPlan
    from oversight_app.study_folder import StudyFolder

    address = invitations.checked_url(url or f"http://{LOOPBACK}:{FIRST_PORT}")
    with StudyFolder.open(study).open_store() as store:
        plan = store.plan()
    if plan is None:
        raise NoPlan(study)
    click.echo(invitations.recruiting(plan, address))
    if url is None:
        warn("these links work on this machine only; name the public address with --url.")


@click.command(short_help="Serve the participants' page.")
@study_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--url", default="", metavar="ADDRESS", help="Where participants reach the server, if elsewhere."
)
@click.option(
    "--backup-every",
    type=click.IntRange(0, 24 * 60),
    default=30,
    show_default=True,
    metavar="MINUTES",
    help="Make a backup so often, when something has happened; 0 for none.",
)
@click.option(
    "--backups-kept",
    type=click.IntRange(1, 10_000),
    default=48,
    show_default=True,
    metavar="COUNT",
    help="So many of these are kept, the oldest go.",
)
def serve(study: Path, host: str, port: int, url: str, backup_every: int, backups_kept: int) -> None:
    """Serve the participants' page until stopped with Ctrl-C, and make backups on the way.

    \b
    Example: oversight serve mystudy --url https://study.example.org
    """
    from oversight_app.commands.server import become_server, must_be_free
    from oversight_app.errors import NoPlan
    from oversight_app.invitations import checked_url
    from oversight_app.providers import check_provider
    from oversight_app.study_folder import StudyFolder

    public = checked_url(url) if url else ""
    folder = StudyFolder.open(study)
    with folder.open_store() as store:
        plan = store.plan()
    if plan is None:
        raise NoPlan(study)
    for model in plan.design.assistant.models:
        check_provider(model, os.environ)
    must_be_free(host, port)
    click.echo(f"Serving {study} at {public or f'http://{host}:{port}'}; stop with Ctrl-C.")
    become_server(
        folder.path,
        host=host,
        port=port,
        url=public,
        backup_every_min=backup_every,
        backups_kept=backups_kept,
    )


@click.command(short_help="Print the chat of one trial.")
@study_argument
@click.argument("trial", metavar="TRIAL")
@click.option("--sent", is_flag=True, help="Show what each reply's model was sent, in full.")
@click.option("--html", "as_html", is_flag=True, help="As one HTML page that opens without a network.")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines for a program to read.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="A new file to write instead of printing."
)
def transcript(study: Path, trial: str, sent: bool, as_html: bool, as_json: bool, out: Path | None) -> None:
    """Print what a participant and the assistant wrote in one trial, and what came with each message.

    \b
    Example: oversight transcript mystudy k3m9x2pa-004 --sent --html --out trial.html
    """
    from oversight_app import transcripts
    from oversight_app.errors import BadInput
    from oversight_app.study_folder import StudyFolder

    if as_html and as_json:
        raise BadInput("A transcript is printed as HTML or as JSON lines; choose one of --html and --json.")
    with StudyFolder.open(study).open_store() as store:
        account = transcripts.account(store, trial)
    form = transcripts.as_page if as_html else transcripts.as_json_lines if as_json else transcripts.as_text
    said = form(account, sent=sent)
    if out is None:
        click.echo(said)
        return
    try:
        with out.open("x", encoding="utf-8", newline="") as file:
            file.write(said + "\n")
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}. Choose another name.") from None
    click.echo(f"Wrote {out}")
