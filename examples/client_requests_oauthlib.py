"""A first-party application signs a user in with requests-oauthlib, refreshes, and signs out.

RFC 6749 §4.3 and §6, RFC 7009. The password grant is switched on by `make run` and off on AWS unless asked for.
Start `make run`, then, from the same folder: .venv/bin/python examples/client_requests_oauthlib.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from oauthlib.oauth2 import InvalidGrantError, LegacyApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

local = json.loads(Path(".gatelet/local.json").read_text())
client, user, resource = local["clients"]["legacy"], local["user"], local["resource"]
token_endpoint, revocation_endpoint = (f"{local['issuer']}/oauth2/{name}" for name in ("token", "revoke"))
basic = HTTPBasicAuth(client["client_id"], client["client_secret"])

# The issuer of `make run` speaks plain http on 127.0.0.1, which oauthlib takes for a mistake.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

application = LegacyApplicationClient(client["client_id"], scope=client["scope"].split())
with OAuth2Session(client=application) as session:
    session.fetch_token(token_endpoint, username=user["username"], password=user["password"], auth=basic)
    print(f"{resource['url']} answers {session.get(resource['url']).text}")

    refreshed = session.refresh_token(token_endpoint, auth=basic)
    print(f"Refreshed: a new access token, good for {refreshed['expires_in']} s, and a new refresh token")

    signed_out = {"token": refreshed["refresh_token"]}
    session.request("POST", revocation_endpoint, data=signed_out, auth=basic, withhold_token=True)
    try:
        session.refresh_token(token_endpoint, refresh_token=refreshed["refresh_token"], auth=basic)
    except InvalidGrantError:
        print("Signed out: the refresh token is refused")
