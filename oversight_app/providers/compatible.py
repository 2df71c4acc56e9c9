"""Any server that speaks OpenAI's Chat Completions: llama.cpp, vLLM, Ollama, LM Studio, and many services.

Nothing is sent that is one server's own. The key is of a variable of its own: one for OpenAI must not travel to
whatever server a design names.
"""

from oversight_app.clock import Clock
from oversight_app.providers.chat_completions import ChatCompletionsProvider
from oversight_app.providers.service import Service

KEY_VARIABLE = "OVERSIGHT_COMPATIBLE_API_KEY"
NO_KEY = "none"
"""What is sent to servers that need no key; the SDK refuses an empty one."""


class CompatibleProvider(ChatCompletionsProvider):
    """One server. Replies may run on any number of threads at once."""

    def __init__(self, base_url: str, clock: Clock, *, key: str = "", is_local: bool = False) -> None:
        """`is_local`: ask the server directly, whatever proxy the machine is set to use."""
        service = Service(
            provider="compatible",
            where=base_url,
            base_url=base_url,
            key_variable=KEY_VARIABLE,
            address_hint="the address behind the @: the base URL of most servers ends in /v1",
            speaks="a chat completion",
            key=key or NO_KEY,
            is_local=is_local,
        )
        super().__init__(service, clock, limit="max_tokens", is_openai=False)
