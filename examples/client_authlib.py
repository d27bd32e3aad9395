"""A machine gets a token with Authlib and calls a protected route. RFC 6749 §4.4

Start `make run`, then, from the same folder: .venv/bin/python examples/client_authlib.py
"""

from __future__ import annotations

import json
from pathlib import Path

from authlib.integrations.requests_client import OAuth2Session

local = json.loads(Path(".gatelet/local.json").read_text())
client, resource = local["clients"]["service"], local["resource"]

with OAuth2Session(client["client_id"], client["client_secret"], scope=client["scope"]) as session:
    metadata = session.request("GET", f"{local['issuer']}/.well-known/openid-configuration", withhold_token=True).json()
    token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    print(f"A token for {token['scope']}, good for {token['expires_in']} s")

    answer = session.get(resource["url"])
    print(f"{resource['url']} answers {answer.status_code}: {answer.text}")
