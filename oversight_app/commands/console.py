"""The researcher's console: who may open it, and from where."""

import os
from ipaddress import ip_address
from pathlib import Path

import click

from oversight_app.commands.terminal import command, study_argument, warn

PASSWORD = "OVERSIGHT_CONSOLE_PASSWORD"


@click.command(short_help="Serve the researcher's page: design, watch, pay.")
@study_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8601, show_default=True)
@click.option(
    "--url", default="", metavar="ADDRESS", help="Where participants reach the study, for their links."
)
@click.option(
    "--open-to-network",
    is_flag=True,
    help=f"Allow an address that other machines reach; needs a password of your own in {PASSWORD}.",
)
def console(study: Path, host: str, port: int, url: str, open_to_network: bool) -> None:
    """Serve the console until stopped with Ctrl-C: who is where, what it costs, pause and close, message and pay.

    Where there is no study yet, it makes one: it asks for the choices of a design, and freezes the plan.
    The password is that of OVERSIGHT_CONSOLE_PASSWORD; without one, a new one is made and printed here, once.

    \b
    Example: oversight console mystudy
    """
    from oversight_app.commands.server import become_server, must_be_free
    from oversight_app.gate import checked_password, new_password
    from oversight_app.invitations import checked_url
    from oversight_app.study_folder import StudyFolder

    public = checked_url(url) if url else ""
    own = os.environ.get(PASSWORD, "")
    must_be_private(host, open_to_network=open_to_network, has_password=bool(own))
    password = checked_password(own) if own else new_password()
    folder = StudyFolder(study)
    is_planned = False
    if folder.record.exists():
        with StudyFolder.open(study).open_store() as store:
            is_planned = store.is_planned()
    else:
        folder.must_be_free()
    must_be_free(host, port)
    click.echo(f"The console of {study} is at http://{host}:{port}; stop with Ctrl-C.")
    if not is_planned:
        click.echo("No plan is frozen there yet: the console opens with the design of the study.")
    if not own:
        click.echo(f"Password: {password}")
    if open_to_network:
        warn(
            "other machines reach this console. Put https before it; without, the password travels in the clear."
        )
    if not public:
        warn(f"`{command('console', study, '--url', 'ADDRESS')}` puts participants' links into links.csv.")
    become_server(folder.path, host=host, port=port, url=public, door="console", also={PASSWORD: password})


def must_be_private(host: str, *, open_to_network: bool, has_password: bool) -> None:
    """Raise BadInput for an address that others reach, unless that is meant and there is a password of one's own."""
    from oversight_app.errors import BadInput

    if is_loopback(host):
        return
    if not open_to_network:
        raise BadInput(
            f"--host {host} would open the console to other machines; found no --open-to-network. Leave --host out and "
            "reach it through `ssh -L 8601:127.0.0.1:8601 SERVER`, or add --open-to-network if you mean it."
        )
    if not has_password:
        raise BadInput(
            f"--open-to-network needs a password of your own: set {PASSWORD} to one of 12 characters or more."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
