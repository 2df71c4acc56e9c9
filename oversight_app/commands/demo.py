"""The demo: a whole study on the built-in questions, from an empty folder to a participant's link."""

import os
import tempfile
from pathlib import Path

import click

from oversight_app.commands.protocol import PROTOCOL
from oversight_app.commands.terminal import command, fresh

PARENT = "oversight-demo"


@click.command(short_help="A whole study at once, without a key.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The port to serve at.  [default: 8501 or the next free]"
)
@PROTOCOL
@click.option("--prepare-only", is_flag=True, help="Make the study and the link, and do not serve.")
@click.option(
    "--into", type=click.Path(path_type=Path), help="Folder for the study.  [default: oversight-demo/...]"
)
def demo(port: int | None, protocol: str, prepare_only: bool, into: Path | None) -> None:
    """Serve a whole study on built-in questions and a scripted assistant; no key, no question asked.

    \b
    Example: oversight demo --protocol debate
    """
    from oversight_app import invitations
    from oversight_app.clock import SystemClock, stamp
    from oversight_app.commands.server import FIRST_PORT, LOOPBACK, become_server, free_port, must_be_free

    if port is None:
        port = FIRST_PORT if prepare_only else free_port(LOOPBACK)
    elif not prepare_only:
        must_be_free(LOOPBACK, port)
    url = f"http://{LOOPBACK}:{port}"
    study = into or _place(stamp(SystemClock().now()))
    token = _prepare(study, protocol)
    click.echo(f"The demo study is in {study}; everything that is recorded stays there.\n")
    click.echo("Open this link in a browser to take part, for about ten minutes:\n")
    click.echo(f"    {invitations.link(url, token)}\n")
    click.echo("Another participant, and afterwards the report:\n")
    click.echo(f"    {command('invite', study, '--count', '1', '--url', url)}")
    click.echo(f"    {command('model-alone', study, '--model', 'scripted:demo')}")
    click.echo(f"    {command('report', study)}\n")
    if prepare_only:
        click.echo(f"To serve it: {command('serve', study, '--port', str(port))}")
        return
    click.echo("Stop the server with Ctrl-C.")
    become_server(study, host=LOOPBACK, port=port, url="")


def _place(name: str) -> Path:
    """A fresh folder under the current one; where that cannot be written, in the system's temporary folder."""
    here = Path.cwd()
    if os.access(here, os.W_OK):
        return fresh(Path(PARENT), name)
    return Path(tempfile.mkdtemp(prefix=f"{PARENT}-")) / name


def _prepare(study: Path, protocol: str) -> str:
    """Make, fill and plan the study; returns the token of its first participant."""
    from oversight_app import banks, invitations, planning
    from oversight_app.clock import SystemClock
    from oversight_app.study_folder import StudyFolder

    clock = SystemClock()
    folder = StudyFolder.create(study, "demo", at=clock.now(), protocol=protocol)
    design = folder.read_design()
    with folder.open_store() as store:
        banks.import_bank(store, "builtin", at=clock.now())
        planning.freeze(
            store,
            design,
            folder.read_materials(design.language),
            clock=clock,
        )
        (token,) = invitations.invite(store, 1, clock=clock)
    return token
