"""A small app as CDK would have written it, with one of everything that the platform runs."""

import json
from pathlib import Path
from typing import Any

APP = Path(__file__).parent / "app"
KEY = "code.zip"
ACCOUNT = "123456789012"

Resources = dict[str, dict[str, Any]]


def write(folder: Path, extra: Resources | None = None, without: tuple[str, ...] = ()) -> Path:
    """Write the app's cdk.out into `folder`; `extra` resources join it, `without` leaves some out."""
    resources = {**_resources(), **(extra or {})}
    body = {"Resources": {name: each for name, each in resources.items() if name not in without}}
    artifact = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "App.template.json"}}
    asset = {"source": {"path": str(APP), "packaging": "zip"}, "destinations": {"here": {"objectKey": KEY}}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"App": artifact}}))
    (folder / "App.template.json").write_text(json.dumps(body))
    (folder / "App.assets.json").write_text(json.dumps({"files": {"code": asset}}))
    return folder


def _resources() -> Resources:
    return {**_data(), **_roles(), **_functions(), **_http(), **_sockets(), **_queues(), **_saga(), **_jobs()}


def _of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def _arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def _function(handler: str, timeout: int = 60, role: str = "Role", **more: Any) -> dict[str, Any]:
    environment = {
        "DATABASE_HOST": _GET_HOST,
        "DATABASE_PORT": "5432",
        "PUBLIC_URL": "https://api.example.com",
        "BUCKET": {"Ref": "Documents"},
        "WORK_QUEUE_URL": {"Ref": "Work"},
        "SOCKET_ENDPOINT": {"Fn::Sub": "https://${Sockets}.execute-api.${AWS::Region}.amazonaws.com/ws"},
    }
    return _of(
        "AWS::Lambda::Function",
        FunctionName=handler,
        Handler=f"functions.probe.{handler}",
        Runtime="python3.13",
        Code={"S3Bucket": "assets", "S3Key": KEY},
        Role=_arn(role),
        Timeout=timeout,
        Environment={"Variables": environment},
        **more,
    )


_GET_HOST = {"Fn::GetAtt": ["Cluster", "Endpoint.Address"]}


def _data() -> Resources:
    return {
        "Cluster": _of("AWS::RDS::DBCluster", ManageMasterUserPassword=True, MasterUsername="leasing_admin"),
        **_buckets(),
        "SigningKey": _of("AWS::KMS::Key", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"),
        "MacKey": _of("AWS::KMS::Key", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),
        "Sender": _of("AWS::SES::EmailIdentity", EmailIdentity="example.com"),
        "Bus": _of("AWS::Events::EventBus", Name="events"),
    }


def _buckets() -> Resources:
    """One that takes forms, and that CloudFront serves a part of."""
    cors = {
        "AllowedOrigins": ["https://shop.example", "https://*.partner.example"],
        "AllowedMethods": ["GET", "POST"],
        "AllowedHeaders": ["x-amz-*"],
        "ExposedHeaders": ["ETag"],
        "MaxAge": 600,
    }
    security = {
        "ContentTypeOptions": {"Override": True},
        "ContentSecurityPolicy": {"ContentSecurityPolicy": "sandbox", "Override": True},
    }
    behavior = {"TargetOriginId": "bucket", "AllowedMethods": ["GET", "HEAD"]}
    behavior |= {"ResponseHeadersPolicyId": {"Ref": "Headers"}, "ViewerProtocolPolicy": "allow-all"}
    origin = {"Id": "bucket", "DomainName": {"Fn::GetAtt": ["Documents", "RegionalDomainName"]}, "S3OriginConfig": {}}
    served = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": {"Fn::Join": ["", [_arn("Documents"), "/media/shown/*"]]},
        "Condition": {"StringEquals": {"AWS:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    return {
        "Documents": _of(
            "AWS::S3::Bucket",
            BucketName="documents",
            VersioningConfiguration={"Status": "Enabled"},
            CorsConfiguration={"CorsRules": [cors]},
        ),
        "Served": _of("AWS::S3::BucketPolicy", Bucket={"Ref": "Documents"}, PolicyDocument={"Statement": [served]}),
        "Headers": _of(
            "AWS::CloudFront::ResponseHeadersPolicy",
            ResponseHeadersPolicyConfig={
                "SecurityHeadersConfig": security,
                "RemoveHeadersConfig": {"Items": [{"Header": "x-amz-meta-user"}]},
                "CustomHeadersConfig": {"Items": [{"Header": "X-Own", "Value": "1", "Override": True}]},
            },
        ),
        "Distribution": _of(
            "AWS::CloudFront::Distribution",
            DistributionConfig={
                "Origins": [origin, {"Id": "api", "DomainName": "api.example.com", "CustomOriginConfig": {}}],
                "DefaultCacheBehavior": {"TargetOriginId": "api"},
                "CacheBehaviors": [
                    {"PathPattern": "/media/*", **behavior},
                    {"PathPattern": "/other/*", "TargetOriginId": "api"},
                ],
            },
        ),
    }


def _roles() -> Resources:
    allowed = [
        _allow("s3:PutObject", {"Fn::Join": ["", [_arn("Documents"), "/*"]]}),
        _allow("s3:GetObject", {"Fn::Join": ["", [_arn("Documents"), "/*"]]}),
        _allow("kms:Sign", _arn("SigningKey")),
        _allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], "arn:aws:sqs:*"),
        _allow("sqs:SendMessage", _arn("Work")),
        _allow("sqs:SendMessage", _arn("Ordered")),
        _allow("events:PutEvents", _arn("Bus")),
        _allow("ses:SendEmail", {"Fn::Sub": "arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/example.com"}),
        _allow("execute-api:ManageConnections", {"Fn::Sub": "arn:aws:execute-api:us-east-1:*:${Sockets}/ws/*"}),
        _allow(["states:StartExecution", "states:SendTaskSuccess"], {"Ref": "Saga"}),
    ]
    return {
        "Role": _of("AWS::IAM::Role", Policies=[{"PolicyDocument": {"Statement": allowed}}]),
        "Invoker": _of(
            "AWS::IAM::Role",
            Policies=[{"PolicyDocument": {"Statement": _allow("lambda:InvokeFunction", "arn:aws:lambda:*")}}],
        ),
    }


def _allow(action: Any, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def _functions() -> Resources:
    handlers = ["echo", "binary", "authorize", "break_down", "die", "ask_aws", "consume", "connect", "disconnect"]
    handlers += ["answer", "push", "migrate", "daily", "start", "finish"]
    return {
        **{handler.title(): _function(handler) for handler in handlers},
        "Sleep": _function("sleep", timeout=1),
        "Hold": _function("hold", timeout=30, ReservedConcurrentExecutions=1),
        "Migration": _of("Custom::Trigger", HandlerArn={"Ref": "MigrateVersion"}),
        "MigrateVersion": _of("AWS::Lambda::Version", FunctionName={"Ref": "Migrate"}),
    }


def _http() -> Resources:
    cors = {"AllowOrigins": ["https://shop.example"], "AllowMethods": ["GET"], "AllowHeaders": ["x-a"], "MaxAge": 600}
    found = {
        "Api": _of("AWS::ApiGatewayV2::Api", ProtocolType="HTTP", CorsConfiguration=cors),
        "Stage": _of(
            "AWS::ApiGatewayV2::Stage",
            ApiId={"Ref": "Api"},
            StageName="$default",
            RouteSettings={"GET /limited": {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 2}},
        ),
        "Doorman": _of(
            "AWS::ApiGatewayV2::Authorizer",
            ApiId={"Ref": "Api"},
            AuthorizerUri=_invocation("Authorize"),
            AuthorizerCredentialsArn=_arn("Invoker"),
            IdentitySource=["$request.header.Authorization"],
            AuthorizerResultTtlInSeconds=60,
        ),
    }
    routes = {
        "ANY /echo/{first}/{rest+}": "Echo",
        "GET /echo/{first}/exact": "Echo",
        "POST /echo": "Echo",
        "GET /limited": "Echo",
        "GET /mine": "Echo",
        "GET /binary": "Binary",
        "GET /broken": "Break_Down",
        "GET /dead": "Die",
        "GET /slow": "Sleep",
        "POST /held": "Hold",
        "POST /aws": "Ask_Aws",
        "$default": "Echo",
    }
    for number, (key, function) in enumerate(routes.items()):
        found |= _route(f"Http{number}", "Api", key, function)
    found["Http4Route"]["Properties"] |= {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Doorman"}}
    return found | _second_http()


def _second_http() -> Resources:
    """Another HTTP API behind the same address."""
    return {
        "Second": _of("AWS::ApiGatewayV2::Api", ProtocolType="HTTP"),
        "SecondStage": _of("AWS::ApiGatewayV2::Stage", ApiId={"Ref": "Second"}, StageName="$default"),
        **_route("Second0", "Second", "GET /echo/others/exact", "Echo"),
        **_route("Second1", "Second", "GET /others/{id}", "Echo"),
        **_route("Second2", "Second", "$default", "Echo"),
    }


def _invocation(function: str) -> dict[str, Any]:
    arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    return {"Fn::Join": ["", [arn, _arn(function), "/invocations"]]}


def _route(id: str, api: str, key: str, function: str) -> Resources:
    integration = _of(
        "AWS::ApiGatewayV2::Integration",
        ApiId={"Ref": api},
        IntegrationUri=_invocation(function),
        CredentialsArn=_arn("Invoker"),
    )
    target = {"Fn::Join": ["", ["integrations/", {"Ref": f"{id}Integration"}]]}
    route = _of("AWS::ApiGatewayV2::Route", ApiId={"Ref": api}, RouteKey=key, Target=target)
    return {f"{id}Integration": integration, f"{id}Route": route}


def _sockets() -> Resources:
    found: Resources = {
        "Sockets": _of(
            "AWS::ApiGatewayV2::Api", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.event"
        ),
        "SocketStage": _of("AWS::ApiGatewayV2::Stage", ApiId={"Ref": "Sockets"}, StageName="ws"),
    }
    routes = {
        "$connect": "Connect",
        "$disconnect": "Disconnect",
        "$default": "Answer",
        "push": "Push",
        "broken": "Break_Down",
    }
    for number, (key, function) in enumerate(routes.items()):
        found |= _route(f"Socket{number}", "Sockets", key, function)
        if not key.startswith(("$c", "$d")) or key == "$default":
            found[f"Socket{number}Route"]["Properties"]["RouteResponseSelectionExpression"] = "$default"
    return found


def _queues() -> Resources:
    redrive = {"deadLetterTargetArn": _arn("Dead"), "maxReceiveCount": 2}
    found = {
        "Dead": _of("AWS::SQS::Queue", QueueName="dead"),
        "Work": _of("AWS::SQS::Queue", QueueName="work", VisibilityTimeout=5, RedrivePolicy=redrive),
        "Ordered": _of("AWS::SQS::Queue", QueueName="ordered.fifo", FifoQueue=True, ContentBasedDeduplication=True),
        "WorkPolicy": _of(
            "AWS::SQS::QueuePolicy",
            Queues=[{"Ref": "Work"}],
            PolicyDocument={
                "Statement": [
                    {
                        **_allow("sqs:SendMessage", _arn("Work")),
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Condition": {"ArnEquals": {"aws:SourceArn": _arn("Heard")}},
                    }
                ]
            },
        ),
        "Heard": _of(
            "AWS::Events::Rule",
            EventBusName={"Ref": "Bus"},
            EventPattern={"detail-type": ["thing.happened"]},
            Targets=[{"Id": "Work", "Arn": _arn("Work")}],
        ),
    }
    for queue, batch in (("Work", 10), ("Ordered", 1)):
        found[f"{queue}Messages"] = _of(
            "AWS::Lambda::EventSourceMapping",
            EventSourceArn=_arn(queue),
            FunctionName={"Ref": "Consume"},
            BatchSize=batch,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
    return found


def _saga() -> Resources:
    definition = {
        "StartAt": "Wait",
        "States": {
            "Wait": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": "${start}", "Payload": {"token.$": "$$.Task.Token"}},
                "TimeoutSeconds": 300,
                "Next": "Finish",
            },
            "Finish": {"Type": "Task", "Resource": "${finish}", "End": True},
        },
    }
    return {
        "Saga": _of(
            "AWS::StepFunctions::StateMachine",
            StateMachineName="saga",
            RoleArn=_arn("Invoker"),
            DefinitionString=json.dumps(definition),
            DefinitionSubstitutions={"start": _arn("Start"), "finish": _arn("Finish")},
        )
    }


def _jobs() -> Resources:
    target = {"Arn": _arn("Daily"), "RoleArn": _arn("Invoker"), "Input": "{}"}
    return {"DailySchedule": _of("AWS::Scheduler::Schedule", ScheduleExpression="cron(0 2 * * ? *)", Target=target)}
