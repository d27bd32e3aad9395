from __future__ import annotations

import pytest

from gatelet.handlers.cors import preflight
from gatelet.handlers.http import Request


def answer(origin):
    headers = {} if origin is None else {"origin": origin}
    request = Request(
        method="OPTIONS",
        path="/oauth2/token",
        query="",
        headers=headers,
        cookies=(),
        body=b"",
        request_id="r",
        source_ip="203.0.113.7",
    )
    return preflight(request, ("POST",))


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example",
        "https://app.example:8443",
        "http://127.0.0.1:3000",
        "http://localhost",
        "http://[::1]:5173",
    ],
)
def test_a_web_origin_may_go_on_to_ask(origin):
    """What counts is the answer to the request itself. Fetch §3.2"""
    assert answer(origin).headers["access-control-allow-origin"] == origin


@pytest.mark.attack("ATK-355")
@pytest.mark.attack("ATK-360")
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "*",
        "http://app.example",
        "https://app.example/",
        "https://app.example, https://other.example",
        "https://app.example\r\nx: y",
        "https://app.example\n",
        "https://user@app.example",
        "https://app.example:\u0661",
        "https://\u0430pp.example",
        "http://127.0.0.1.attacker.example",
        "http://localhost.attacker.example",
        "file://",
        "chrome-extension://abc",
    ],
)
def test_no_other_origin_is_repeated_in_a_header(origin):
    """RFC 6454 §7.1"""
    assert "access-control-allow-origin" not in answer(origin).headers
