"""What the providers of accounting software differ in, in one table.

Sources: developer.intuit.com (OAuth 2.0; discovery document; QuickBooks Online Accounting API), zoho.com/books/api/v3,
zoho.com/accounts/protocol/oauth (multi-DC, PKCE). An operator's secret may name other addresses, for a sandbox or a
server of one's own (docs/runbooks/accounting.md).
"""

from typing import Any, NamedTuple

from shared.kit.errors import NotFound
from shared.kit.secret import secret
from shared.kit.settings import setting


class Provider(NamedTuple):
    title: str
    authorize: str
    """Below the accounts server, but for Intuit's."""
    token: str
    revoke: str
    scope: str
    parameters: dict[str, str]
    """What else the authorization request says."""
    authenticates_by: str
    """How we authenticate at the token endpoint."""
    pkce: bool
    """Intuit documents none."""
    centers: dict[str, tuple[str, str]]
    """Data centers: the accounts server and the API of each; what the provider calls itself is trusted no further."""


_ZOHO = {
    "us": ("https://accounts.zoho.com", "https://www.zohoapis.com"),
    "eu": ("https://accounts.zoho.eu", "https://www.zohoapis.eu"),
    "in": ("https://accounts.zoho.in", "https://www.zohoapis.in"),
    "au": ("https://accounts.zoho.com.au", "https://www.zohoapis.com.au"),
    "jp": ("https://accounts.zoho.jp", "https://www.zohoapis.jp"),
    "ca": ("https://accounts.zohocloud.ca", "https://www.zohoapis.ca"),
    "sa": ("https://accounts.zoho.sa", "https://www.zohoapis.sa"),
    "uk": ("https://accounts.zoho.uk", "https://www.zohoapis.uk"),
}

PROVIDERS: dict[str, Provider] = {
    "quickbooks": Provider(
        title="QuickBooks",
        authorize="https://appcenter.intuit.com/connect/oauth2",
        token="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",  # noqa: S106 (an address)
        revoke="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
        scope="com.intuit.quickbooks.accounting",
        parameters={},
        authenticates_by="client_secret_basic",
        pkce=False,
        centers={"": ("", "https://quickbooks.api.intuit.com")},
    ),
    "zoho": Provider(
        title="Zoho Books",
        authorize="{accounts}/oauth/v2/auth",
        token="{accounts}/oauth/v2/token",  # noqa: S106 (an address)
        revoke="{accounts}/oauth/v2/token/revoke",
        scope=",".join(
            f"ZohoBooks.{part}"
            for part in (
                *("contacts.CREATE", "contacts.READ", "settings.READ", "accountants.CREATE", "accountants.READ"),
                *("invoices.CREATE", "invoices.READ", "invoices.UPDATE", "invoices.DELETE"),
                *("creditnotes.CREATE", "creditnotes.READ", "creditnotes.UPDATE"),
                *("customerpayments.CREATE", "customerpayments.READ"),
            )
        ),
        # Without `consent` Zoho gives a second connection no refresh token.
        parameters={"access_type": "offline", "prompt": "consent"},
        authenticates_by="client_secret_post",
        pkce=True,
        centers=_ZOHO,
    ),
}


class App(NamedTuple):
    """Our registration at a provider, as the operator's secret says it."""

    provider: Provider
    client_id: str
    client_secret: str
    redirect_uri: str
    addresses: dict[str, str]

    def address(self, name: str, center: str) -> str:
        """The address `authorize`, `token` or `revoke` for a data center."""
        accounts = self.addresses.get("accounts", self.provider.centers[center][0])
        return str(self.addresses.get(name, getattr(self.provider, name))).format(accounts=accounts)

    def api(self, center: str) -> str:
        """Where the provider's API is."""
        return self.addresses.get("api", self.provider.centers[center][1])


def title_of(name: str) -> str:
    """What people call the provider. Raises NotFound for a name that is none."""
    if name not in PROVIDERS:
        raise NotFound()
    return PROVIDERS[name].title


def center_of(name: str, location: str | None) -> str | None:
    """The data center that the provider names; None if there is no such one."""
    centers = PROVIDERS[name].centers
    center = location or next(iter(centers))
    if "" in centers:
        return ""
    return center if center in centers else None


def app_of(name: str) -> App:
    """Our registration at the provider. Raises NotFound where the operator has made none."""
    title_of(name)
    kept: dict[str, Any] | None = secret("accounting_apps").get(name)
    if not kept:
        raise NotFound()
    return App(
        PROVIDERS[name],
        kept["client_id"],
        kept["client_secret"],
        f"{setting('PUBLIC_URL')}/api/v1/integrations/{name}/callback",
        {key: value for key, value in kept.items() if key in ("authorize", "token", "revoke", "accounts", "api")},
    )
