"""The client of the openai SDK, as all who speak through it need it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from oversight_app.providers.alarm import follow
from oversight_app.providers.service import Service
from oversight_app.providers.streamed import EventStream, timeout

if TYPE_CHECKING:
    from openai import OpenAI


def openai_client(service: Service) -> "OpenAI":
    """A client without retries of its own, whose requests an alarm can end."""
    service.must_have_key()
    import openai

    return openai.OpenAI(
        api_key=service.key,
        base_url=service.base_url or None,
        max_retries=0,
        http_client=openai.DefaultHttpx2Client(trust_env=not service.is_local, event_hooks=follow()),
    )


def sent(client: "OpenAI", path: str, body: Mapping[str, Any], deadline_s: float) -> EventStream:
    """A streamed request with this body, word for word; returns when the headers of the answer are there.

    The SDK's methods for each API look through every part of every message for what may have to be renamed. In bodies
    of these shapes that is nothing, and it takes a third of the processor time of a short call.
    """
    import openai

    stream = client.post(
        path,
        cast_to=object,
        body=body,
        options={"timeout": timeout(deadline_s), "security": {"bearer_auth": True}},
        stream=True,
        stream_cls=openai.Stream[object],
    )
    return cast(EventStream, stream)
