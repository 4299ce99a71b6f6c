"""What every operation of the API has in common: error envelopes, headers of requests and of responses."""

from typing import Any

ENVELOPES: dict[str, Any] = {
    "Error": {
        "type": "object",
        "description": "Every error response of the platform.",
        "required": ["error", "meta"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "details"],
                "properties": {
                    "code": {"type": "string", "description": "Stable. Programs rely on it."},
                    "message": {"type": "string"},
                    "details": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["field", "message"],
                            "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                        },
                    },
                    "retry_after": {"type": "integer", "description": "Seconds to wait before trying again."},
                },
            },
            "meta": {
                "type": "object",
                "required": ["timestamp", "request_id"],
                "properties": {
                    "timestamp": {"type": "string", "format": "date-time"},
                    "request_id": {"type": "string", "description": "The X-Correlation-ID."},
                },
            },
        },
    },
    "GatewayError": {
        "type": "object",
        "description": "An error response of API Gateway itself.",
        "required": ["message"],
        "properties": {"message": {"type": ["string", "null"]}},
    },
}

PARAMETERS: dict[str, Any] = {
    "CorrelationId": {
        "name": "X-Correlation-ID",
        "in": "header",
        "description": "Returned in the response and used in logs and events if it matches "
        "`[A-Za-z0-9._-]{1,64}`; otherwise replaced.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A repeat of the request with the same key within 24 hours returns the first response again and "
        "has no second effect.",
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that was read. The request is refused with 412 if the object has changed since.",
        "schema": {"type": "string"},
    },
}

HEADERS: dict[str, Any] = {
    "X-Correlation-ID": {"schema": {"type": "string"}, "description": "The request's ID in our logs."},
    "X-RateLimit-Limit": {"schema": {"type": "string"}, "description": "Requests per window."},
    "X-RateLimit-Remaining": {"schema": {"type": "string"}, "description": "Requests left in the window."},
    "X-RateLimit-Reset": {
        "schema": {"type": "string"},
        "description": "Unix time from which another request is allowed.",
    },
    "ETag": {"schema": {"type": "string"}, "description": "Changes with the response. Send it as `If-Match`."},
    "Idempotent-Replayed": {"schema": {"type": "string"}, "description": "`true` if this is the first response again."},
    "Location": {"schema": {"type": "string"}, "description": "Where the browser continues."},
    "Retry-After": {"schema": {"type": "string"}, "description": "Seconds to wait before trying again."},
}
