"""The cdk-nag findings that we accept, each with its reason; any other finding fails the synthesis."""

from aws_cdk import Acknowledgment, App, Validations
from cdk_nag import AwsSolutionsChecks

from stacks.backup import ROLE_POLICIES
from stacks.stage import Stage

PUBLIC = "Public by the operation's own declaration; the permission tests list who may call what."
BYTECODE = "Layers and archives carry bytecode of CPython 3.13: the runtime moves with them."
AUDITED = "Documents are read through functions only, and each of them writes its own audit rows."
LOG_WRITER = "The role that API Gateway asks of an account for its logs: it is checked to be exactly this."
WHOLE_SERVICE = "tests/architecture/test_stacks.py lists every action that stands with it, and why."
SHORT_LIVED = "A stage for development can be deleted; production cannot."
ISSUED = "Others issue what these hold: an operator rotates it, as its page in docs/runbooks says."
BACKUP = "AWS's own policies for AWS Backup: they follow what the service comes to need."
INHERITED = "A restored cluster is encrypted as its source is, and CloudFormation wants that left unsaid."
LOGGED = "It has an access log of the second version (stacks/front.py), which the check does not know yet."
NO_DOMAIN = "CloudFront's own name comes with its own certificate and TLS; a domain of one's own takes 1.2 and later."
EVERYWHERE = "Tenants and owners may be anywhere; what a country's law asks is asked of users, not of addresses."
SCANNER = "What Amazon GuardDuty asks of the role in which it scans a bucket, and no more."
UPLOADED = ("Files8E6940B8ArnD8EE6C03", "Identity2D60E2CCArn88EA750A", "MediaA721A567ArnB9989168")
SCANNED = (
    "IAM5[Resource::<Files8E6940B8.Arn>/*]",
    "IAM5[Resource::<Identity2D60E2CC.Arn>/*]",
    "IAM5[Resource::arn:aws:events:eu-central-1:<AWS::AccountId>:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*]",
)
DEVICES = "Applications and endpoints of SNS's mobile push have no names before an operator and devices create them."
OWN_SECRETS = "Each organization has a secret of its own, which has no name before somebody sets it."
CONTENT = "Whatever is inside this one bucket or API: objects and sockets have no names beforehand."


def check(app: App, stage: Stage) -> None:
    """Check every stack with cdk-nag. `app.synth()` fails on a new finding and names it."""
    bucket = f"{stage.named('platform')}:ExportsOutputFnGetAttDocuments7E5B2978Arn159F38C5"
    sockets = (
        f"arn:aws:execute-api:{stage.region}:<AWS::AccountId>:"
        f"{stage.named('apis')}:ExportsOutputRefSocketApiAB7361AAF8D77DAC/ws"
    )
    secrets = f"arn:aws:secretsmanager:{stage.region}:<AWS::AccountId>:secret:{stage.named('exports')}"
    tokens = f"arn:aws:secretsmanager:{stage.region}:<AWS::AccountId>:secret:{stage.named('accounting')}"
    push = f"arn:aws:sns:{stage.region}:<AWS::AccountId>"
    writer = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    acknowledged = {
        "APIG4": PUBLIC,
        "CFR1": EVERYWHERE,
        "CFR3": LOGGED,
        "L1": BYTECODE,
        "S1": AUDITED,
        "SMG4": ISSUED,
        f"IAM4[Policy::{writer}]": LOG_WRITER,
        "IAM5[Resource::*]": WHOLE_SERVICE,
        f"IAM5[Resource::{bucket}/*]": CONTENT,
        "IAM5[Resource::<Exports25637AFB.Arn>/*]": CONTENT,
        f"IAM5[Resource::{secrets}/*]": OWN_SECRETS,
        f"IAM5[Resource::{tokens}/*]": OWN_SECRETS,
        f"IAM5[Resource::{push}:app/*]": DEVICES,
        f"IAM5[Resource::{push}:endpoint/*]": DEVICES,
        f"IAM5[Resource::{sockets}/POST/@connections/*]": CONTENT,
        f"IAM5[Resource::{sockets}/DELETE/@connections/*]": CONTENT,
    }
    for exported in UPLOADED:
        held = f"IAM5[Resource::{stage.named('storage')}:ExportsOutputFnGetAtt{exported}"
        acknowledged |= {f"{held}/*]": CONTENT, f"{held}/incoming/*]": CONTENT}
    if stage.scan_uploads:
        acknowledged |= dict.fromkeys(SCANNED, SCANNER)
    if stage.restores:
        acknowledged["RDS2"] = INHERITED
    if stage.backup_region:
        for policy in ROLE_POLICIES:
            acknowledged[f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}]"] = BACKUP
    if not stage.domain:
        acknowledged["CFR4"] = NO_DOMAIN
    if not stage.is_permanent:
        acknowledged["RDS10"] = SHORT_LIVED
    validations = Validations.of(app)
    validations.add_plugins(AwsSolutionsChecks(app))
    for rule, reason in acknowledged.items():
        validations.acknowledge(Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason))
