"""The client of the openai SDK, as all who speak through it need it."""

from typing import TYPE_CHECKING

from oversight_app.providers.alarm import follow
from oversight_app.providers.service import Service

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
