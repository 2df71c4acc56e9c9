import click
import pytest
from click.testing import CliRunner

from oversight_app.commands.calm import CalmGroup
from oversight_app.errors import BadInput, ProviderConfigError, StoreFull


def group_raising(error: BaseException) -> click.Group:
    @click.group(cls=CalmGroup)
    @click.option("--debug", is_flag=True)
    def top(debug: bool) -> None: ...

    @top.command()
    def fail() -> None:
        click.echo("begun")
        raise error

    return top


@pytest.mark.parametrize(
    "error",
    [
        BadInput("study.toml: no such key."),
        StoreFull("study.db cannot grow: database or disk is full."),
        ProviderConfigError("OVERSIGHT_KEY is not set."),
    ],
)
def test_a_foreseen_error_is_one_paragraph_on_stderr(error: Exception) -> None:
    result = CliRunner().invoke(group_raising(error), ["fail"])

    assert result.exit_code == 1
    assert result.stderr == f"Error: {error}\n"
    assert result.stdout == "begun\n"


def test_an_unforeseen_error_is_one_paragraph_that_names_the_way_to_more() -> None:
    result = CliRunner().invoke(group_raising(ZeroDivisionError("division by zero")), ["fail"])

    assert result.exit_code == 1
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "--debug" in result.stderr
    assert "Traceback" not in result.output


def test_what_the_system_refuses_is_said_in_its_words() -> None:
    error = PermissionError(13, "Permission denied", "exports")

    result = CliRunner().invoke(group_raising(error), ["fail"])

    assert "Permission denied (exports)" in result.stderr


@pytest.mark.parametrize("error", [BadInput("wrong"), ZeroDivisionError("division by zero")])
def test_debug_lets_the_traceback_through(error: Exception) -> None:
    result = CliRunner().invoke(group_raising(error), ["--debug", "fail"])

    assert result.exception is error


def test_ctrl_c_is_a_sentence_and_no_success() -> None:
    result = CliRunner().invoke(group_raising(KeyboardInterrupt()), ["fail"])

    assert result.exit_code == 130
    assert (
        result.stderr == "\nStopped. What was saved before is unharmed, and the command can be run again.\n"
    )


def test_a_wrong_option_is_still_clicks_business() -> None:
    result = CliRunner().invoke(group_raising(BadInput("never")), ["fail", "--nonsense"])

    assert result.exit_code == 2
    assert "No such option" in result.stderr
