"""A demonstration of a protected API: it answers with what the authorizer passed on."""

from __future__ import annotations

import json
from typing import Any

from gatelet.handlers.powertools import logger


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer with the authorizer's context; a header of the caller is never believed."""
    del context
    caller = event["requestContext"]["authorizer"]["lambda"]
    logger.info("whoami", extra={"sub": caller["sub"], "client_id": caller["client_id"]})
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps(caller),
    }
