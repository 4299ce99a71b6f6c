"""The platform as CDK stacks: `python app.py` writes their templates to cdk.out.

Context: `stage` (local, dev, prod), `account`, and what stacks/stage.py says of each stage.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_cdk import App, DefaultStackSynthesizer, Environment

from shared.kit import catalog
from shared.kit.catalog import Operation
from stacks.apis import ApisStack
from stacks.auth import AuthStack
from stacks.backup import BackupStack, CopiesStack
from stacks.contracts import ContractsStack
from stacks.database import DatabaseStack
from stacks.edge import EdgeStack
from stacks.exports import ExportsStack
from stacks.front import REGION as FRONT_REGION
from stacks.front import FrontStack
from stacks.integrations import IntegrationsStack
from stacks.leasing import LeasingStack
from stacks.local_front import LocalFrontStack
from stacks.network import NetworkStack
from stacks.notifications import NotificationsStack
from stacks.observability import ObservabilityStack
from stacks.parts.archives import built_archive
from stacks.parts.layers import built_layer
from stacks.phones import PhonesStack
from stacks.platform import PlatformStack
from stacks.realtime import RealtimeStack
from stacks.stage import Stage, stage_of
from stacks.storage import StorageStack
from stacks.system import SystemStack
from stacks.webhooks import WebhooksStack
from stacks.word import WordStack

OWN_STACKS = {
    "auth": AuthStack,
    "contracts": ContractsStack,
    "exports": ExportsStack,
    "integrations": IntegrationsStack,
    "leasing": LeasingStack,
    "notifications": NotificationsStack,
    "phones": PhonesStack,
    "realtime": RealtimeStack,
    "system": SystemStack,
    "webhooks": WebhooksStack,
}
"""Words that own more than their operations: secrets, a bucket, a state machine, an address, a stage's schedule."""


def assemble(
    app: App,
    operations: tuple[Operation, ...],
    layers: Callable[[str], Path] = built_layer,
    archives: Callable[[str], Path] = built_archive,
) -> None:
    """Put every stack of the context's stage into the app; layers and archives are folders by name and by word.

    Raises ValueError where an operation declares what its word's stack lacks.
    """
    stage = stage_of(app.node)

    def place(kind: type[Any], name: str = "", region: str | None = stage.region, **parts: Any) -> Any:
        name = name or kind.__name__.removesuffix("Stack")
        return kind(app, name, stack_name=stage.named(name.lower()), **_settings(app, stage, region), **parts)

    network = place(NetworkStack, stage=stage)
    database = place(DatabaseStack, stage=stage, network=network)
    apis = place(ApisStack, stage=stage)
    storage = place(StorageStack, stage=stage)
    front = None
    if stage.has_front:
        front = place(FrontStack, region=FRONT_REGION, stage=stage, apis=apis, storage=storage)
    else:
        place(LocalFrontStack, stage=stage, storage=storage)
    ground = place(
        PlatformStack,
        stage=stage,
        network=network,
        database=database,
        apis=apis,
        front=front,
        storage=storage,
        catalog=operations,
        # On one machine functions run on its own packages, and as they are written.
        layers=None if stage.name == "local" else layers,
        archives=None if stage.name == "local" else archives,
    )
    if front:
        # Functions read its secret, which no reference tells CDK.
        ground.add_stack_dependency(front)
    platform = ground.platform
    if stage.backup_region:
        copies = place(CopiesStack, region=stage.backup_region, stage=stage)
        place(BackupStack, platform=platform).add_stack_dependency(copies)
    edge = place(EdgeStack, platform=platform)
    system = place(SystemStack, platform=platform)
    edge.add_stack_dependency(system)
    for word in sorted({operation.word for operation in operations} - {"system"}):
        own = OWN_STACKS.get(word)
        stack = place(own, platform=platform) if own else place(WordStack, word.title(), word=word, platform=platform)
        # It migrates the schema: no function of this release meets an older one.
        stack.add_stack_dependency(system)
        edge.add_stack_dependency(stack)
    place(ObservabilityStack, platform=platform)


def _settings(app: App, stage: Stage, region: str | None) -> dict[str, Any]:
    return {
        "env": Environment(account=app.node.try_get_context("account"), region=region),
        "termination_protection": stage.is_permanent,
        # The rule asks for CDK's bootstrap stack, which one machine has not.
        "synthesizer": DefaultStackSynthesizer(generate_bootstrap_version_rule=stage.name != "local"),
    }


def main() -> None:
    # The CDK command line passes this context itself; without it the templates must be the same.
    context = json.loads((Path(__file__).parent / "cdk.json").read_text())["context"]
    app = App(outdir=os.environ.get("CDK_OUTDIR", "cdk.out"), context=context, analytics_reporting=False)
    assemble(app, catalog.load())
    stage = stage_of(app.node)
    if stage.name != "local":
        # Loading and running the checks takes longer than all the rest of a local start's synthesis.
        from stacks.findings import check

        check(app, stage)
    app.synth()


if __name__ == "__main__":
    main()
