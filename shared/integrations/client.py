"""Requests to a provider's API, with tokens that are renewed where they have to be, and its errors in plain words."""

from collections.abc import Callable
from typing import Any

import requests

from shared.integrations.outcomes import Later, Refused, Revoked
from shared.integrations.tokens import TIMEOUT, fresh_tokens
from shared.kit import wire

_BUSY = 429
_LONGEST_PAUSE = 86_400


class Client:
    """Requests for one organization at one provider."""

    def __init__(self, organization_id: Any, provider: str, title: str, api: str, scheme: str) -> None:
        self.title = title
        self._organization_id, self._provider, self._api, self._scheme = organization_id, provider, api, scheme
        self._session = requests.Session()

    def ask(
        self,
        method: str,
        path: str,
        params: dict[str, Any],
        body: dict[str, Any] | None = None,
        *,
        refusal: Callable[[dict[str, Any]], Exception],
    ) -> dict[str, Any]:
        """The provider's answer. `refusal` makes of an answer that says no what is raised.

        Raises Later where there is none, or the provider asks for patience, and Revoked where it lets us in no more.
        """
        answer = self._answered(
            method, path, params, body, fresh_tokens(self._organization_id, self._provider).access_token
        )
        status = answer.status_code
        if status == _BUSY:
            raise Later(f"{self.title} asked us to slow down.", _seconds(answer.headers.get("retry-after")))
        if status >= 500:
            raise Later(f"{self.title} did not answer.", _seconds(answer.headers.get("retry-after")))
        try:
            found = wire.load(answer.content)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Later(f"{self.title} gave an answer that we do not understand.", 0)
        if status >= 400:
            raise refusal(found)
        return found

    def _answered(
        self, method: str, path: str, params: dict[str, Any], body: dict[str, Any] | None, token: str
    ) -> requests.Response:
        answer = self._sent(method, path, params, body, token)
        if answer.status_code != 401:
            return answer
        # It may have ended early: once more with another one.
        answer = self._sent(
            method, path, params, body, fresh_tokens(self._organization_id, self._provider, spent=token).access_token
        )
        if answer.status_code == 401:
            raise Revoked(f"{self.title} lets us in no more. Connect again.")
        return answer

    def _sent(
        self, method: str, path: str, params: dict[str, Any], body: dict[str, Any] | None, token: str
    ) -> requests.Response:
        headers = {"authorization": f"{self._scheme} {token}", "accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            return self._session.request(
                method,
                f"{self._api}{path}",
                params=params,
                data=None if body is None else wire.render(body).encode(),
                headers=headers,
                timeout=TIMEOUT,
                # What is answered is final: a redirect would carry the token to who knows where.
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Later(f"{self.title} did not answer.", 0) from error


def _seconds(header: str | None) -> int:
    """Retry-After in seconds; 0 where it is missing, or a date."""
    return min(int(header), _LONGEST_PAUSE) if header and header.isascii() and header.isdigit() else 0


def refused(title: str, words: str, plain: str | None) -> Refused:
    """A refusal: what it means, if we know, and the provider's own words."""
    said = words.strip()[:1000] or "no reason given"
    return Refused(f"{plain} ({title}: {said})" if plain else f"{title}: {said}")
