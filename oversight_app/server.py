"""`python -m oversight_app.server`: the server process, which is `streamlit run` with a quiet end.

Streamlit's own command ends on Ctrl-C as if something had gone wrong; for a server it is the usual way to stop.
"""

import sys

import click


def main() -> None:
    """Serve with the arguments of `streamlit run`; Ctrl-C ends it with exit code 0."""
    from streamlit.web.cli import main as streamlit

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
