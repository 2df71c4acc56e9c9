"""`python -m oversight_app.server`: the server process, which is `streamlit run` with a quiet end.

Streamlit's own command ends on Ctrl-C as if something had gone wrong; for a server it is the usual way to stop.

Python lets one thread work at a time. Whoever has waited for the disk or the network gets the next turn when the one
whose turn it is waits too, or else after 5 ms, unless that is set. When a hundred people ask at once, that is long: a
hundred threads with 15 ms of work each came to their end three times sooner with turns of 0.5 ms, and a transaction
beside them took at most a third of the time (measured on two busy cores).
"""

import sys

import click

_TURN_S = 0.0005


def main() -> None:
    """Serve with the arguments of `streamlit run`; Ctrl-C ends it with exit code 0."""
    from streamlit.web.cli import main as streamlit

    sys.setswitchinterval(_TURN_S)
    try:
        streamlit(["run", *sys.argv[1:]], prog_name="streamlit", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        pass  # where the shell has told it to ignore Ctrl-C, the server ends all the same, and without an error
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    click.echo("Stopped.")


if __name__ == "__main__":
    main()
