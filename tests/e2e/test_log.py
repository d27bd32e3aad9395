"""What the functions log: who did what with which outcome, and never a secret."""

from __future__ import annotations

from gatelet_cli.local.function_logs import function_logs


def test_no_secret_is_ever_logged(server, service, legacy, user, route, stack):
    """Not on success, not on refusal, and not where somebody puts it in the wrong place."""
    machine = server.client_credentials(service)
    first = server.password(legacy, user)
    second = server.successor(legacy, first["refresh_token"])
    third = server.successor(legacy, second["refresh_token"])
    route.call(machine)
    route.call(third["access_token"] + "x")
    server.refresh(legacy, first["refresh_token"])
    server.token(legacy, grant_type="password", username=user.username, password="wrong-password")
    server.token(legacy, grant_type="secret-as-grant-type", secret="secret-in-the-body")
    server.request("POST", "/oauth2/token?client_secret=secret-in-the-query", auth=(service.client_id, "wrong-secret"))
    server.revoke(legacy, third["refresh_token"])
    server.revoke(service, machine)
    secrets = {
        "a client's secret": service.client_secret,
        "another client's secret": legacy.client_secret,
        "a password": user.password,
        "a wrong password": "wrong-password",
        "a wrong client's secret": "wrong-secret",
        "an unknown grant type": "secret-as-grant-type",
        "an unknown parameter": "secret-in-the-body",
        "the query": "secret-in-the-query",
        "a machine's access token": _signature(machine),
        "an access token": _signature(third["access_token"]),
        "a used refresh token": first["refresh_token"],
        "a refresh token": third["refresh_token"],
    }
    logged = "\n".join(function_logs(stack.emulator.session))
    assert '"outcome"' in logged
    logged += stack.emulator.log.read_text()
    assert [what for what, secret in secrets.items() if secret in logged] == []


def _signature(access_token: str) -> str:
    return access_token.rpartition(".")[2]


def test_line_says_who_did_what_with_which_outcome(server, legacy, user, journal):
    """One line for each request."""
    answer = server.token(legacy, grant_type="password", username=user.username, password=user.password)
    (line,) = journal.log_lines(answer)
    assert line["outcome"] == "succeeded"
    assert (line["client_id"], line["sub"], line["grant_type"]) == (legacy.client_id, "u_alice", "password")
    assert line["gid"]
