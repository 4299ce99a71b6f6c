"""How the operations of phones succeed: see tests/successes.py."""

import json
import os
from urllib.parse import urlencode
from uuid import UUID

import boto3

from functions.phones.confirm_phone import confirm_phone
from functions.phones.register_device import register_device
from functions.phones.request_phone import request_phone
from shared.kit.keys import derived_key
from shared.kit.request import Request, begin
from shared.phones.rules import CODE_KEY, code_of
from tests.call import call
from tests.cast import Asked, Cast
from tests.phones.twilio_server import ACCOUNT, TOKEN, signed

PHONE = {"phone": "+12025550123"}
DEVICE = {"token": "dGhlIHRva2VuIG9mIGEgZGV2aWNl", "platform": "ANDROID"}
BODIES = {
    "request_phone": PHONE,
    "confirm_phone": {"code": "000000"},
    "register_device": DEVICE,
    "delete_device": None,
}


class Successes(Cast):
    def request_phone(self) -> Asked:
        return {"as_": self.world.client(), "body": PHONE}

    def confirm_phone(self) -> Asked:
        client = self.world.client()
        asked = call(request_phone, as_=client, body=PHONE)
        begin(Request(confirm_phone.operation, "test"))
        return {"as_": client, "body": {"code": code_of(derived_key(CODE_KEY), UUID(asked.json["id"]))}}

    def register_device(self) -> Asked:
        return {"as_": self.client, "body": DEVICE}

    def delete_device(self) -> Asked:
        made = call(register_device, as_=self.client, body=DEVICE)
        return {"as_": self.client, "path": {"device_id": made.json["id"]}}

    def receive_twilio(self) -> Asked:
        _keep_account()
        form = {"MessageSid": f"SM{self.client.id.hex}", "From": "+12025550124", "Body": "STOP"}
        return {"body": urlencode(form), "headers": signed("http://127.0.0.1:8000/api/v1/webhooks/twilio", form)}


def _keep_account() -> None:
    """Our account, as an operator fills it in, where no fixture has done so."""
    if "TWILIO_SECRET_ARN" not in os.environ:
        value = json.dumps({"account_sid": ACCOUNT, "auth_token": TOKEN})
        made = boto3.client("secretsmanager").create_secret(Name="twilio_of_successes", SecretString=value)
        os.environ["TWILIO_SECRET_ARN"] = made["ARN"]
