"""What a provider needs to know of the service it speaks to, and its researcher of what went wrong with it."""

from dataclasses import dataclass, field

from oversight_app.errors import ProviderConfigError


@dataclass(frozen=True, slots=True)
class Service:
    """One service at one address, with one key.

    `where` names it in messages: an address, or a company where that is the SDK's own. `address_hint` says where its
    address comes from, `speaks` what its replies are called. Without a `base_url` the SDK asks its own.
    """

    provider: str
    where: str
    base_url: str
    key_variable: str
    address_hint: str
    speaks: str
    key: str = field(default="", repr=False)
    is_local: bool = False
    """Ask the server directly, whatever proxy the machine is set to use."""

    def must_have_key(self) -> None:
        """Raise ProviderConfigError for a missing key; the SDKs do it in ways of their own, one by a TypeError."""
        if not self.key:
            raise ProviderConfigError(
                f"{self.where} needs a key. Set {self.key_variable} in the environment."
            )
