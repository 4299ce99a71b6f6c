"""Creates the templates' resources in moto, with the values of Ref and Fn::GetAtt for each.

Only the types that our functions call are created; the rest (networks, alarms, log groups, …) have names and ARNs, but
no implementation.
"""

import json
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.cloud.account import ACCOUNT, REGION
from local.cloud.aws.demands import Inventory
from local.cloud.aws.moto_app import Moto
from local.cloud.aws.permissions import Statement
from local.cloud.templates.assembly import Attributes, Resource, Templates, Unresolved

QUEUE_SETTINGS = (
    *("DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds"),
    *("VisibilityTimeout", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"),
)
_VERSIONED = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
PUNCTUATION = "!#$%&()*+,-.:;<=>?[]^_{|}~"


@dataclass(frozen=True)
class Places:
    """Where the parts of the platform are reached."""

    public: int
    aws: int
    postgres: int
    redis: int

    @property
    def public_url(self) -> str:
        """Of the HTTP API."""
        return f"http://127.0.0.1:{self.public}"

    @property
    def aws_url(self) -> str:
        """Of AWS itself, for every service."""
        return f"http://127.0.0.1:{self.aws}"


class Resources:
    """The resources that the templates describe, created on first use."""

    def __init__(self, templates: Templates, moto: Moto, places: Places, kept_key: Callable[[str, str], str]) -> None:
        """`kept_key(name, id)` may give a key that was just made an older one's id and material."""
        self.templates = templates
        self.moto = moto
        self.places = places
        self.inventory = Inventory()
        self.kept_key = kept_key
        templates.create = self._create
        self._makers: dict[str, Callable[[Resource], Attributes]] = {
            "AWS::S3::Bucket": self._bucket,
            "AWS::SQS::Queue": self._queue,
            "AWS::KMS::Key": self._key,
            "AWS::KMS::Alias": self._alias,
            "AWS::SecretsManager::Secret": self._secret,
            "AWS::SecretsManager::SecretTargetAttachment": self._attached_secret,
            "AWS::Events::EventBus": self._bus,
            "AWS::Events::Rule": self._rule,
            "AWS::StepFunctions::StateMachine": self._machine,
            "AWS::SES::EmailIdentity": self._identity,
            "AWS::SNS::Topic": self._topic,
            "AWS::RDS::DBCluster": self._cluster,
            "AWS::RDS::DBProxy": self._proxy,
            "AWS::ElastiCache::ServerlessCache": self._cache,
            "AWS::ApiGatewayV2::Api": self._api,
            "AWS::ApiGatewayV2::Stage": lambda resource: self._named(resource, "StageName"),
            "AWS::Lambda::Function": self._function,
            "AWS::Lambda::Version": self._version,
            "AWS::Lambda::Alias": self._function_alias,
            "AWS::IAM::Role": self._role,
        }

    def make_all(self) -> None:
        """Create every resource that has an implementation, before anything refers to it."""
        made = [kind for kind in self._makers if kind != "AWS::Events::Rule"]
        for resource in self.templates.all(*made, "AWS::Events::Rule"):
            self.templates.attributes(resource)

    def policies(self) -> dict[str, list[Statement]]:
        """ARN of each role → the statements of its own and of its attached policies."""
        roles: dict[Resource, list[Statement]] = {role: [] for role in self.templates.all("AWS::IAM::Role")}
        for role, statements in roles.items():
            for policy in self.templates.property(role, "Policies", []):
                statements += _statements(policy["PolicyDocument"])
        managed = self.templates.all("AWS::IAM::ManagedPolicy")
        for policy in [*self.templates.all("AWS::IAM::Policy"), *managed]:
            document = self.templates.property(policy, "PolicyDocument")
            for named in policy.properties.get("Roles", []):
                holder = self.templates.target(named, policy.stack)
                if holder in roles:
                    roles[holder] += _statements(document)
        for role, statements in roles.items():
            for attached in role.properties.get("ManagedPolicyArns", []):
                if (own := self.templates.target(attached, role.stack)) is not None and own in managed:
                    statements += _statements(self.templates.property(own, "PolicyDocument"))
        return {self.templates.attributes(role)["Arn"]: statements for role, statements in roles.items()}

    def _create(self, resource: Resource) -> Attributes:
        maker = self._makers.get(resource.type)
        return maker(resource) if maker else _Nominal(resource)

    def _named(self, resource: Resource, property_name: str) -> Attributes:
        return {"Ref": self.templates.property(resource, property_name, resource.name)}

    def _bucket(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "BucketName", resource.name.lower())[:63]
        self.moto.rest("s3", "PUT", f"/{name}")
        if self.templates.property(resource, "VersioningConfiguration", {}).get("Status") == "Enabled":
            self.moto.rest("s3", "PUT", f"/{name}", _VERSIONED, "versioning")
        self.inventory.cors[name] = self.templates.property(resource, "CorsConfiguration", {}).get("CorsRules", [])
        lifecycle = self.templates.property(resource, "LifecycleConfiguration", {})
        self.inventory.expiries[name] = [
            (rule.get("Prefix", ""), rule["ExpirationInDays"])
            for rule in lifecycle.get("Rules", [])
            if rule["Status"] == "Enabled" and "ExpirationInDays" in rule
        ]
        arn = f"arn:aws:s3:::{name}"
        encryption = self.templates.property(resource, "BucketEncryption", {})
        for rule in encryption.get("ServerSideEncryptionConfiguration", []):
            self._encrypted(arn, rule.get("ServerSideEncryptionByDefault", {}).get("KMSMasterKeyID"))
        domain = f"{name}.s3.{REGION}.amazonaws.com"
        return {"Ref": name, "Arn": arn, "DomainName": domain, "RegionalDomainName": domain}

    def _queue(self, resource: Resource) -> Attributes:
        properties = self.templates.properties(resource)
        is_fifo = bool(properties.get("FifoQueue"))
        name = properties.get("QueueName", resource.name[:75] + (".fifo" if is_fifo else ""))
        settings = {key: _text(properties[key]) for key in QUEUE_SETTINGS if key in properties}
        if is_fifo:
            settings["FifoQueue"] = "true"
        if "RedrivePolicy" in properties:
            settings["RedrivePolicy"] = json.dumps(properties["RedrivePolicy"])
        self.moto.call("sqs", "AmazonSQS.CreateQueue", {"QueueName": name, "Attributes": settings})
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        self._encrypted(arn, properties.get("KmsMasterKeyId"))
        url = f"{self.places.aws_url}/{ACCOUNT}/{name}"
        return {"Ref": url, "Arn": arn, "QueueName": name, "QueueUrl": url}

    def _key(self, resource: Resource) -> Attributes:
        spec = self.templates.property(resource, "KeySpec", "SYMMETRIC_DEFAULT")
        usage = self.templates.property(resource, "KeyUsage", "ENCRYPT_DECRYPT")
        made = self.moto.call("kms", "TrentService.CreateKey", {"KeySpec": spec, "KeyUsage": usage})
        identifier = self.kept_key(resource.name, made["KeyMetadata"]["KeyId"])
        arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{identifier}"
        self.inventory.keys[identifier] = arn
        return {"Ref": identifier, "KeyId": identifier, "Arn": arn}

    def _alias(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "AliasName")
        target = self.templates.property(resource, "TargetKeyId")
        key = target.rpartition("/")[2]
        self.moto.call("kms", "TrentService.CreateAlias", {"AliasName": name, "TargetKeyId": key})
        self.inventory.keys[name] = self.inventory.keys[key]
        return {"Ref": name, "AliasName": name}

    def _secret(self, resource: Resource) -> Attributes:
        properties = self.templates.properties(resource)
        name = properties.get("Name", resource.name)
        if "GenerateSecretString" in properties:
            value = generate_secret(properties["GenerateSecretString"])
        else:
            value = properties.get("SecretString", "")
        arn = self._make_secret(name, value)
        self._encrypted(arn, properties.get("KmsKeyId"))
        return {"Ref": arn, "Id": arn}

    def _make_secret(self, name: str, value: str) -> str:
        parameters = {"Name": name, "SecretString": value}
        arn = str(self.moto.call("secretsmanager", "secretsmanager.CreateSecret", parameters)["ARN"])
        self.inventory.secrets[name] = arn
        return arn

    def _attached_secret(self, resource: Resource) -> Attributes:
        """Add the database's address to its credentials, as RDS does."""
        arn = self.templates.property(resource, "SecretId")
        read = self.moto.call("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": arn})
        value = json.loads(read["SecretString"])
        value |= {"host": "127.0.0.1", "port": self.places.postgres, "engine": "postgres"}
        parameters = {"SecretId": arn, "SecretString": json.dumps(value)}
        self.moto.call("secretsmanager", "secretsmanager.PutSecretValue", parameters)
        return {"Ref": arn, "Id": arn}

    def _bus(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "Name", resource.name)
        self.moto.call("events", "AWSEvents.CreateEventBus", {"Name": name})
        return {"Ref": name, "Name": name, "Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{name}"}

    def _rule(self, resource: Resource) -> Attributes:
        properties = self.templates.properties(resource)
        name = properties.get("Name", resource.name)
        bus = str(properties.get("EventBusName", "default")).rpartition("/")[2]
        place = name if bus == "default" else f"{bus}/{name}"
        attributes = {"Ref": name, "Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{place}"}
        # Schedules are run by triggers/schedules.py; moto never fires them. moto would also fire a disabled rule.
        if "EventPattern" not in properties or properties.get("State") == "DISABLED":
            return attributes
        rule = {"Name": name, "EventBusName": bus, "EventPattern": json.dumps(properties["EventPattern"])}
        self.moto.call("events", "AWSEvents.PutRule", rule)
        targets = [
            {key: target[key] for key in ("Id", "Arn", "SqsParameters") if key in target}
            for target in properties.get("Targets", [])
        ]
        for target in targets:
            if ":sqs:" not in target["Arn"]:
                raise Unresolved(f"{resource.name}: a rule's target must be a queue, not {target['Arn']}")
        parameters = {"Rule": name, "EventBusName": bus, "Targets": targets}
        self.moto.call("events", "AWSEvents.PutTargets", parameters)
        return attributes

    def _machine(self, resource: Resource) -> Attributes:
        properties = self.templates.properties(resource)
        name = properties.get("StateMachineName", resource.name[:80])
        parameters = {"name": name, "definition": self._definition(properties), "roleArn": properties["RoleArn"]}
        made = self.moto.call("states", "AWSStepFunctions.CreateStateMachine", parameters)
        arn = made["stateMachineArn"]
        self.inventory.machines.append(arn)
        return {"Ref": arn, "Arn": arn, "Name": name}

    def _definition(self, properties: Mapping[str, Any]) -> str:
        if "DefinitionS3Location" in properties:
            text = self.templates.assets[properties["DefinitionS3Location"]["Key"]].read_text()
        elif "DefinitionString" in properties:
            text = properties["DefinitionString"]
        else:
            text = json.dumps(properties["Definition"])
        for name, value in properties.get("DefinitionSubstitutions", {}).items():
            text = text.replace(f"${{{name}}}", str(value))
        return str(text)

    def _identity(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "EmailIdentity")
        body = json.dumps({"EmailIdentity": name}).encode()
        self.moto.rest("ses", "POST", "/v2/email/identities", body, content_type="application/json")
        self.inventory.identities.append(name)
        return _Nominal(resource, {"Ref": name})

    def _topic(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "TopicName", resource.name)
        body = f"Action=CreateTopic&Name={name}&Version=2010-03-31".encode()
        self.moto.rest("sns", "POST", "/", body, content_type="application/x-www-form-urlencoded")
        arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"
        return {"Ref": arn, "TopicArn": arn, "TopicName": name}

    def _cluster(self, resource: Resource) -> Attributes:
        port = str(self.places.postgres)
        answers = {
            "Endpoint.Address": "127.0.0.1",
            "Endpoint.Port": port,
            "ReadEndpoint.Address": "127.0.0.1",
            "DBClusterResourceId": f"cluster-{resource.logical_id.upper()}",
            "DBClusterArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:{resource.name.lower()}",
        }
        if resource.properties.get("ManageMasterUserPassword"):
            user = self.templates.property(resource, "MasterUsername")
            value = json.dumps({"username": user, "password": secrets.token_urlsafe(24)})
            answers["MasterUserSecret.SecretArn"] = self._make_secret(f"rds!{resource.name}", value)
        return _Nominal(resource, answers)

    def _proxy(self, resource: Resource) -> Attributes:
        arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:db-proxy:prx-{resource.logical_id.lower()}"
        return _Nominal(resource, {"Endpoint": "127.0.0.1", "DBProxyArn": arn})

    def _cache(self, resource: Resource) -> Attributes:
        port = str(self.places.redis)
        ends = {
            f"{end}.{part}": value
            for end in ("Endpoint", "ReaderEndpoint")
            for part, value in (("Address", "127.0.0.1"), ("Port", port))
        }
        arn = f"arn:aws:elasticache:{REGION}:{ACCOUNT}:serverlesscache:{resource.name.lower()}"
        return _Nominal(resource, {**ends, "ARN": arn})

    def _api(self, resource: Resource) -> Attributes:
        identifier = resource.logical_id.lower()[:24]
        scheme = "wss" if self.templates.property(resource, "ProtocolType") == "WEBSOCKET" else "https"
        endpoint = f"{scheme}://{identifier}.execute-api.{REGION}.amazonaws.com"
        return {"Ref": identifier, "ApiId": identifier, "ApiEndpoint": endpoint}

    def _function(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "FunctionName", resource.name[:64])
        return {"Ref": name, "Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"}

    def _version(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "FunctionName").rpartition(":")[2]
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:1"
        return {"Ref": arn, "FunctionArn": arn, "Version": "1"}

    def _function_alias(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "FunctionName").rpartition(":")[2]
        alias = self.templates.property(resource, "Name")
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:{alias}"
        return {"Ref": arn, "AliasArn": arn}

    def _role(self, resource: Resource) -> Attributes:
        name = self.templates.property(resource, "RoleName", resource.name)
        return {"Ref": name, "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "RoleId": name.upper()}

    def _encrypted(self, arn: str, key: str | None) -> None:
        if key and not key.startswith("alias/aws/"):
            self.inventory.encrypted_by[arn] = self.inventory.keys.get(key.rpartition("/")[2], key)


class _Nominal(dict[str, Any]):
    """A resource without an implementation: each attribute has a stable value."""

    def __init__(self, resource: Resource, known: Mapping[str, Any] | None = None) -> None:
        service = resource.type.split("::")[1].lower()
        arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource.name}"
        super().__init__({"Ref": resource.name, "Arn": arn, **(known or {})})
        self._name = resource.name

    def __contains__(self, attribute: object) -> bool:
        return True

    def __missing__(self, attribute: str) -> str:
        return f"{self._name}.{attribute}"


def generate_secret(settings: Mapping[str, Any]) -> str:
    """What Secrets Manager generates from GenerateSecretString."""
    letters = string.ascii_letters + string.digits
    if not settings.get("ExcludePunctuation"):
        letters += PUNCTUATION
    usable = [letter for letter in letters if letter not in settings.get("ExcludeCharacters", "")]
    password = "".join(secrets.choice(usable) for _ in range(int(settings.get("PasswordLength", 32))))
    if "SecretStringTemplate" not in settings:
        return password
    return json.dumps({**json.loads(settings["SecretStringTemplate"]), settings["GenerateStringKey"]: password})


def _statements(document: Mapping[str, Any]) -> list[Statement]:
    statements = document["Statement"]
    return list(statements) if isinstance(statements, list) else [statements]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
