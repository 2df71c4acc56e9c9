"""Errors as a researcher meets them: one paragraph on stderr and exit code 1; a traceback only when asked for."""

import errno
from typing import Any

import click

from oversight_app.errors import OversightError

_STOPPED = "Stopped. What was saved before is unharmed, and the command can be run again."
EXIT_OF_CTRL_C = 130  # what a shell reports for a program that the signal ended


class CalmError(click.ClickException):
    """One paragraph, and no more."""

    def show(self, file: Any = None) -> None:
        """Print the paragraph on stderr."""
        click.echo(f"Error: {self.format_message()}", file=file, err=True)


class CalmGroup(click.Group):
    """A group of commands, listed as they were added, with the one handler for everything that they raise."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of a study and not of the alphabet."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises becomes a paragraph."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo(f"\n{_STOPPED}", err=True)
            raise click.exceptions.Exit(EXIT_OF_CTRL_C) from None
        except OversightError as error:
            if _is_debugging(ctx):
                raise
            raise CalmError(str(error)) from None
        except Exception as error:
            if _is_debugging(ctx) or _is_broken_pipe(error):
                raise
            raise CalmError(_unforeseen(error)) from None


def _unforeseen(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        place = f" ({error.filename})" if error.filename else ""
        return f"The system refused: {error.strerror}{place}. What was saved before is unharmed."
    return (
        f"Something went wrong that this tool did not foresee: {type(error).__name__}: {error}. What was saved before "
        "is unharmed. Run the command again as `oversight --debug ...` to see where."
    )


def _is_debugging(ctx: click.Context) -> bool:
    return bool(ctx.find_root().params.get("debug"))


def _is_broken_pipe(error: Exception) -> bool:
    # `oversight ... | head` is no failure; click ends quietly on it.
    return isinstance(error, OSError) and error.errno == errno.EPIPE
