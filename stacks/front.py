"""The public side: CloudFront in front of both APIs, with its firewall and its access log.

It is in us-east-1, wherever the platform is: CloudFront accepts firewalls, certificates and log deliveries from there
only. No answer of the API is cached at the edge, because it differs for each caller; public files are.
"""

from typing import Any

from aws_cdk import CfnOutput, CrossStackReferences, Duration, ReferenceStrength, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from shared.kit.origin import ADDRESS_HEADER, SECRET_HEADER
from stacks.apis import SOCKET_STAGE, ApisStack
from stacks.parts.firewall import firewall
from stacks.parts.media import PATTERN as MEDIA
from stacks.parts.media import media_behavior
from stacks.stage import Stage
from stacks.storage import StorageStack

REGION = "us-east-1"

# CloudFront-Viewer-Address contains the same, but a policy that sends it cannot send Authorization without Host.
TELL_ADDRESS = f"""function handler(event) {{
  event.request.headers['{ADDRESS_HEADER}'] = {{ value: event.viewer.ip }};
  return event.request;
}}"""

# Not the query string, which contains the token for /ws, nor cookies, nor the referring page.
LOGGED = [
    "timestamp(ms)",
    "x-edge-request-id",
    "x-edge-location",
    "c-ip",
    "c-country",
    "cs-method",
    "x-host-header",
    "cs-uri-stem",
    "cs-protocol",
    "cs-protocol-version",
    "cs-bytes",
    "cs(User-Agent)",
    "ssl-protocol",
    "sc-status",
    "sc-bytes",
    "time-taken",
    "time-to-first-byte",
    "x-edge-result-type",
    "x-edge-detailed-result-type",
]

CACHEABLE_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]


class FrontStack(Stack):
    def __init__(
        self, scope: Construct, id: str, *, stage: Stage, apis: ApisStack, storage: StorageStack, **settings: Any
    ) -> None:
        super().__init__(scope, id, **settings)
        self._stage = stage
        if stage.region != REGION:
            # An export cannot be imported in another region, in either direction.
            CrossStackReferences.of(self).consume(ReferenceStrength.WEAK)
        self._secret_of = {name: self._secret(name) for name in stage.origin_secrets}
        distribution = self._distribution(apis, storage)
        self._log(distribution)
        if stage.region != REGION:
            CrossStackReferences.of(distribution).produce(ReferenceStrength.WEAK)
        host = stage.domain or distribution.domain_name
        self.public_url = f"https://{host}"
        CfnOutput(self, "ApiUrl", value=self.public_url, description="Where the REST API answers")
        CfnOutput(self, "SocketUrl", value=f"wss://{host}/{SOCKET_STAGE}", description="Where WebSockets connect")
        CfnOutput(
            self, "Host", value=distribution.domain_name, description="What the DNS name of the platform must point to"
        )

    def _secret(self, name: str) -> secretsmanager.Secret:
        region = self._stage.region
        elsewhere = [secretsmanager.ReplicaRegion(region=region)] if region and region != REGION else None
        return secretsmanager.Secret(
            self,
            f"Origin{name.title()}",
            secret_name=origin_secret_name(self._stage, name),
            description="Tells the functions that a request came through CloudFront",
            generate_secret_string=secretsmanager.SecretStringGenerator(exclude_punctuation=True, password_length=48),
            replica_regions=elsewhere,
        )

    def _distribution(self, apis: ApisStack, storage: StorageStack) -> cloudfront.Distribution:
        certificate, domain = self._stage.certificate, self._stage.domain
        first, *others = apis.http_apis
        shared: dict[str, Any] = {
            "allowed_methods": cloudfront.AllowedMethods.ALLOW_ALL,
            "cache_policy": cloudfront.CachePolicy.CACHING_DISABLED,
            # All headers, cookies and parameters, except Host: the gateway accepts only its own.
            "origin_request_policy": cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            "response_headers_policy": self._headers(),
            # A request that is redirected has already sent its token in the clear.
            "viewer_protocol_policy": cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            "function_associations": [
                cloudfront.FunctionAssociation(
                    function=cloudfront.Function(
                        self,
                        "TellAddress",
                        function_name=self._stage.named("tell-address"),
                        code=cloudfront.FunctionCode.from_inline(TELL_ADDRESS),
                        runtime=cloudfront.FunctionRuntime.JS_2_0,
                    ),
                    event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                )
            ],
        }
        elsewhere = [(self._origin(apis, apis.sockets.api_id), [f"/{SOCKET_STAGE}"])]
        elsewhere += [(self._origin(apis, http_api.api.api_id), http_api.patterns) for http_api in others]
        return cloudfront.Distribution(
            self,
            "Distribution",
            comment=self._stage.named("front"),
            default_behavior=cloudfront.BehaviorOptions(origin=self._origin(apis, first.api.api_id), **shared),
            additional_behaviors={
                MEDIA: media_behavior(self, self._stage, storage.media, cloudfront.ViewerProtocolPolicy.HTTPS_ONLY),
                **{
                    pattern: cloudfront.BehaviorOptions(origin=origin, **shared)
                    for origin, patterns in elsewhere
                    for pattern in patterns
                },
            },
            # Otherwise CloudFront caches an error for ten seconds and shows it to other callers.
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0)) for status in CACHEABLE_ERRORS
            ],
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            web_acl_id=firewall(self, self._stage),
            domain_names=[domain] if domain else None,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", certificate) if domain else None,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if domain else None,
        )

    def _origin(self, apis: ApisStack, api_id: str) -> origins.HttpOrigin:
        sent = self._secret_of[self._stage.origin_secrets[0]].secret_value
        return origins.HttpOrigin(
            apis.host_of(api_id),
            # It is in the distribution's settings anyway, readable by anyone with access to those.
            custom_headers={SECRET_HEADER: sent.unsafe_unwrap()},
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            # Longer than the gateway's own 30 s, so that clients get the gateway's answer.
            read_timeout=Duration.seconds(35),
        )

    def _headers(self) -> cloudfront.ResponseHeadersPolicy:
        """S0 §6.6, for responses that none of our functions sent; headers from the functions take precedence."""
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            response_headers_policy_name=self._stage.named("security"),
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy="default-src 'none'; frame-ancestors 'none'", override=False
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=False),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=False
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=False
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.seconds(31536000), include_subdomains=True, override=False
                ),
                xss_protection=cloudfront.ResponseHeadersXSSProtection(
                    protection=True, mode_block=True, override=False
                ),
            ),
        )

    def _log(self, distribution: cloudfront.Distribution) -> None:
        """Standard logs, version 2: version 1 cannot omit the query string."""
        group = logs.LogGroup(
            self, "AccessLogs", retention=self._stage.retention, removal_policy=self._stage.removal_policy
        )
        writer = logs.ResourcePolicy(
            self,
            "LogWriter",
            policy_statements=[
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[group.log_group_arn],
                    conditions={"StringEquals": {"aws:SourceAccount": self.account}},
                )
            ],
        )
        source = logs.CfnDeliverySource(
            self,
            "LogSource",
            name=self._stage.named("front"),
            log_type="ACCESS_LOGS",
            resource_arn=distribution.distribution_arn,
        )
        destination = logs.CfnDeliveryDestination(
            self,
            "LogDestination",
            name=self._stage.named("front"),
            destination_resource_arn=group.log_group_arn,
            output_format="json",
        )
        delivery = logs.CfnDelivery(
            self,
            "LogDelivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.attr_arn,
            record_fields=LOGGED,
        )
        delivery.add_resource_dependency(source)
        delivery.node.add_dependency(writer)


def origin_secret_name(stage: Stage, name: str) -> str:
    """The secret's name in Secrets Manager, in us-east-1 and in the platform's own region."""
    return stage.named(f"origin-{name}")
