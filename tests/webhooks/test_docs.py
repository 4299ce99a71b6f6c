"""docs/webhooks.md: it is current, and its checks accept what we send and nothing else."""

import json
import re
import subprocess
from typing import Any

import pytest

from functions.webhooks.ping_webhook import ping_webhook
from tests.webhooks.receiver import deliver, publish
from tools.describe import webhooks

PAGE = webhooks.DOCUMENT.read_text(encoding="utf-8")


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def in_python(body: bytes, headers: dict[str, str], secret: str) -> list[bool]:
    names: dict[str, Any] = {}
    exec(block("python"), names)  # noqa: S102 (the page's own example)
    try:
        names["check_headers"](body, headers, secret)
        by_headers = True
    except names["Webhook"].verify.__globals__["WebhookVerificationError"]:
        by_headers = False
    return [names["check_signature"](body, secret), by_headers]


_TYPES = re.compile(r"(?<=\w): (?:string|boolean|Record<string, string>)|(?<=\)): boolean")


def in_typescript(body: bytes, headers: dict[str, str], secret: str) -> list[bool]:
    # Node runs it without its types, which only newer releases take off themselves.
    code = _TYPES.sub("", block("typescript")) + (
        "\nconst [body, headers, secret] = JSON.parse(process.argv.at(-1));"
        "\nconsole.log(JSON.stringify([checkSignature(body, secret), checkHeaders(body, headers, secret)]));\n"
    )
    told = json.dumps([body.decode(), headers, secret])
    command = ["node", "--input-type=module", "--eval", code, told]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: list[bool] = json.loads(ran.stdout)
    return found


def test_the_page_is_current():
    assert webhooks.document() == PAGE, "run `make openapi`"


@pytest.mark.parametrize("check", [in_python, in_typescript])
def test_the_checks_of_the_page_accept_what_we_send_and_nothing_else(world, call, hook, receiver, check):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    asked = call(ping_webhook, as_=owner, path={"webhook_id": webhook["id"]})
    publish(world, asked.json["id"])
    deliver()
    [heard] = receiver.heard

    assert check(heard.body, heard.headers, webhook["secret"]) == [True, True]
    assert check(heard.body.replace(b"webhook.test", b"webhook.fake"), heard.headers, webhook["secret"]) == [
        False,
        False,
    ]
    other = f"whsec_{'A' * 44}"
    assert check(heard.body, heard.headers, other) == [False, False]
    late = heard.headers | {"webhook-timestamp": str(int(heard.headers["webhook-timestamp"]) - 301)}
    assert check(heard.body, late, webhook["secret"])[1] is False
