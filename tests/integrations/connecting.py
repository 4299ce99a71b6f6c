"""Connections from the first click to the last document, their consumers handed what the bus and the queue would."""

import json
import os
from decimal import Decimal

import boto3

from functions.integrations.call_accounting import call_accounting
from functions.integrations.change_integration import change_integration
from functions.integrations.finish_integration import finish_integration
from functions.integrations.list_integration_log import list_integration_log
from functions.integrations.list_integrations import list_integrations
from functions.integrations.queue_accounting import queue_accounting
from functions.integrations.record_accounting import record_accounting
from functions.integrations.start_integration import start_integration
from shared.integrations.providers import PROVIDERS
from shared.kit.ids import new_id
from tests.bus import Bus
from tests.call import call, invoke
from tests.integrations import intuit, zoho_books

ANNOUNCED = record_accounting.operation.hears
SERVERS = {"quickbooks": intuit, "zoho": zoho_books}
FIRST = "2026-01-01"


class Connecting:
    """One organization's way to one provider, which is `server`."""

    def __init__(self, world, server, provider, owner):
        self.world, self.server, self.provider, self.owner = world, server, provider, owner
        self.bus = Bus("accounting-heard", ANNOUNCED)
        self.last = new_id()
        self.sqs, self.url = boto3.client("sqs"), os.environ["ACCOUNTING_QUEUE_URL"]
        while self.taken():
            pass

    @property
    def path(self):
        return {"provider": self.provider}

    def start(self, **body):
        return call(start_integration, as_=self.owner, path=self.path, body={"starts_on": FIRST} | body)

    def finish(self, started, **changes):
        """The browser that started visits the provider, and comes back."""
        query = self.server.visit(started.json["authorize_url"]) | changes
        return self.come_back(query, cookie_of(started))

    def come_back(self, query, cookie):
        return call(finish_integration, path=self.path, query=query, cookies=[cookie])

    def connect(self, **body):
        """Agreed, exchanged and read."""
        reply = self.finish(self.start(**body))
        assert reply.status == 302, reply.json
        self.pump()
        return self.shown()

    def map(self, **body):
        mapped = {"accounts": SERVERS[self.provider].MAPPED} | body
        return call(change_integration, as_=self.owner, path=self.path, body=mapped)

    def ready(self):
        assert self.connect()["status"] == "CONNECTED"
        reply = self.map()
        assert reply.status == 200, reply.json
        self.pump()
        return self

    def shown(self, user=None):
        data = call(list_integrations, as_=user or self.owner).json["data"]
        return next(one for one in data if one["provider"] == self.provider)

    def log(self, **query):
        reply = call(list_integration_log, as_=self.owner, path=self.path, query={"limit": 100} | query)
        assert reply.status == 200, reply.json
        return reply.json["data"]

    def statuses(self):
        return [(row["kind"], row["status"]) for row in reversed(self.log())]

    # The platform's work.

    def pump(self, times=20, receives=1):
        """Deliver what is waiting until nothing is."""
        for _ in range(times):
            if not self.tell() and not self.work(receives):
                return
        raise AssertionError("it goes on for ever")

    def tell(self):
        """What happened, to the consumer that hears of it; how much that was."""
        rows = self.world.sql(
            """SELECT * FROM outbox
               WHERE id > %(last)s AND name = ANY (%(names)s)
                 AND %(organization)s IN (payload ->> 'organization_id', payload ->> 'owner_organization_id')
               ORDER BY id""",
            last=self.last,
            names=list(queue_accounting.operation.hears),
            organization=str(self.owner.organization_id),
        )
        self.last = max([self.last, *(row["id"] for row in rows)])
        events = [
            {name: row[name] for name in ("id", "name", "object_id", "correlation_id", "actor", "occurred_at")}
            | {"data": row["payload"]}
            for row in rows
        ]
        # Each comes twice.
        assert invoke(queue_accounting, *events) == invoke(queue_accounting, *events) == []
        return len(events)

    def taken(self):
        """The next message of the queue; None if there is none."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=1).get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            return message["Body"]
        return None

    def carry_out(self, message, receives=1):
        """The worker gets a message; the ids of those that failed."""
        attributes = {"ApproximateReceiveCount": str(receives), "MessageGroupId": "one"}
        record = {"messageId": "1", "body": message, "attributes": attributes}
        return call_accounting({"Records": [record]}, None)["batchItemFailures"]

    def record(self):
        """What the worker announced, to the consumer that records it."""
        heard = self.bus.heard()
        assert invoke(record_accounting, *heard) == invoke(record_accounting, *heard) == []
        return len(heard)

    def work(self, receives=1):
        """Every message of the queue; how many there were."""
        count = 0
        while message := self.taken():
            assert self.carry_out(message, receives) == []
            self.record()
            count += 1
        return count

    # What both books say.

    def trial_balance(self):
        """Our journal by the provider's accounts: what its books have to say. Credit of tenants is receivable there."""
        rows = self.world.sql(
            """SELECT CASE account WHEN 'TENANT_CREDIT' THEN 'RECEIVABLE' ELSE account END AS role,
                      sum(debit - credit) AS amount
               FROM journal_lines WHERE owner_organization_id = %(id)s GROUP BY 1""",
            id=self.owner.organization_id,
        )
        sums = {}
        for row in rows:
            account = SERVERS[self.provider].MAPPED[row["role"]]
            sums[account] = sums.get(account, Decimal(0)) + row["amount"]
        return {account: amount for account, amount in sums.items() if amount}

    def their_balance(self):
        return {account: amount for account, amount in self.server.books.items() if amount}

    def ties(self):
        assert self.their_balance() == self.trial_balance() != {}


def cookie_of(reply):
    [cookie] = reply.cookies
    return cookie.partition(";")[0]


def configure(monkeypatch, servers):
    """The apps of these servers, as an operator fills them in."""
    from shared.kit.ids import new_id

    kept = {name: server.app() for name, server in servers.items()}
    assert set(kept) <= set(PROVIDERS)
    made = boto3.client("secretsmanager").create_secret(Name=new_id().hex, SecretString=json.dumps(kept))
    monkeypatch.setenv("ACCOUNTING_APPS_SECRET_ARN", made["ARN"])
