"""What CloudFront does with /media/: it serves the public files from their bucket, and keeps them at the edge."""

from collections.abc import Sequence

from aws_cdk import Annotations, Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.stage import Stage

PATTERN = "/media/*"

# Who uploaded a file, and how S3 keeps it, is nobody's business.
REMOVED = [
    *("x-amz-meta-user_id", "x-amz-meta-uploaded_at", "x-amz-meta-content_type", "x-amz-meta-size_bytes"),
    *("x-amz-version-id", "x-amz-server-side-encryption", "Server"),
]


def media_behavior(
    scope: Construct, stage: Stage, bucket: s3.IBucket, viewers: cloudfront.ViewerProtocolPolicy
) -> cloudfront.BehaviorOptions:
    """How `PATTERN` is served. The bucket's own policy lets CloudFront read it (stacks/storage.py)."""
    # As a bucket of elsewhere: it may be in another region, and its policy must not name the distribution.
    known = s3.Bucket.from_bucket_attributes(
        scope,
        "MediaBucket",
        bucket_arn=bucket.bucket_arn,
        bucket_regional_domain_name=bucket.bucket_regional_domain_name,
    )
    access = cloudfront.S3OriginAccessControl(
        scope, "MediaAccess", origin_access_control_name=stage.named("media"), signing=cloudfront.Signing.SIGV4_ALWAYS
    )
    Annotations.of(scope).acknowledge_warning(
        "@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac", "The bucket's own stack has written it."
    )
    return cloudfront.BehaviorOptions(
        origin=origins.S3BucketOrigin.with_origin_access_control(known, origin_access_control=access),
        allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
        # By path alone: no query string, header or cookie makes another copy or reaches the bucket.
        cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
        response_headers_policy=_headers(scope, stage),
        viewer_protocol_policy=viewers,
        # Pictures are compressed already.
        compress=False,
    )


def _headers(scope: Construct, stage: Stage) -> cloudfront.ResponseHeadersPolicy:
    """Whatever a file turns out to be, a browser neither guesses its type nor runs anything in it."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "MediaHeaders",
        response_headers_policy_name=stage.named("media"),
        cors_behavior=_cors(stage.cors_origins),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                # Frontends of any origin show them.
                cloudfront.ResponseCustomHeader(
                    header="Cross-Origin-Resource-Policy", value="cross-origin", override=True
                ),
            ]
        ),
        remove_headers=REMOVED,
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy="sandbox; default-src 'none'", override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.seconds(31536000), include_subdomains=True, override=True
            ),
        ),
    )


def _cors(allowed: Sequence[str]) -> cloudfront.ResponseHeadersCorsBehavior:
    """For pages that draw a picture, and read it back."""
    return cloudfront.ResponseHeadersCorsBehavior(
        access_control_allow_credentials=False,
        access_control_allow_headers=["*"],
        access_control_allow_methods=["GET", "HEAD"],
        access_control_allow_origins=list(allowed),
        access_control_max_age=Duration.minutes(10),
        origin_override=True,
    )
