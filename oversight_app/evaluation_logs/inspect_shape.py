"""The shape of inspect_ai's logs, as far as it is read here. Checked against logs of inspect_ai 0.3.285."""

from typing import Any

from pydantic import AwareDatetime, Field

from oversight_app.evaluation_logs.fields import Foreign


class Message(Foreign):
    """One message of a chat; its content is a text, or parts of several kinds."""

    role: str
    content: str | list[Any] = ""


class Token(Foreign):
    """A token of a reply, and the likeliest ones in its place."""

    token: str
    logprob: float
    top_logprobs: list["Token"] | None = None


class Logprobs(Foreign):
    """The tokens of a reply."""

    content: tuple[Token, ...] = ()


class Choice(Foreign):
    """A reply."""

    message: Message
    stop_reason: str | None = None
    logprobs: Logprobs | None = None


class TokenUsage(Foreign):
    """Tokens of all calls of a sample."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_cache_read: int | None = None
    input_tokens_cache_write: int | None = None
    reasoning_tokens: int | None = None


class Output(Foreign):
    """What a model answered last."""

    model: str = ""
    choices: tuple[Choice, ...] = ()
    usage: TokenUsage | None = None
    time: float | None = None
    response_id: str | None = None


class Score(Foreign):
    """What a scorer made of a sample; C is right, I is wrong."""

    value: Any = None
    explanation: str | None = None


class SampleError(Foreign):
    """Why a sample broke off."""

    message: str = ""


class Sample(Foreign):
    """One question, asked once."""

    id: int | str
    epoch: int = 1
    input: str | list[Message]
    choices: list[str] | None = None
    target: str | list[str] = ""
    messages: tuple[Message, ...] = ()
    output: Output = Output()
    scores: dict[str, Score] | None = None
    started_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    uuid: str | None = None
    error: SampleError | None = None
    invalidation: dict[str, Any] | None = None
    attachments: dict[str, str] = Field(default_factory=dict)


class Step(Foreign):
    """A solver, with its parameters, and those of them that were passed to it."""

    solver: str
    params: dict[str, Any] = Field(default_factory=dict)
    params_passed: dict[str, Any] | None = None


class SolverPlan(Foreign):
    """The solvers of an evaluation."""

    steps: tuple[Step, ...] = ()
    config: dict[str, Any] = Field(default_factory=dict)


class Dataset(Foreign):
    """Where samples came from."""

    name: str | None = None


class Eval(Foreign):
    """What was evaluated."""

    task: str
    model: str
    created: AwareDatetime
    eval_id: str = ""
    run_id: str = ""
    task_version: int | str = 0
    dataset: Dataset = Dataset()
    model_generate_config: dict[str, Any] = Field(default_factory=dict)
    packages: dict[str, str] = Field(default_factory=dict)


class Header(Foreign):
    """A log without its samples."""

    version: int = 0
    status: str = ""
    eval: Eval
    plan: SolverPlan = SolverPlan()
