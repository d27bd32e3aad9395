"""The endpoints that people see in a browser. RFC 6749 §3.1, OpenID Connect RP-Initiated Logout"""

from __future__ import annotations

from typing import Any

from docs.openapi import fields
from docs.openapi.responses import answer, matching, page, redirect, refusal_pages

LANGUAGE = fields.header("Accept-Language", "RFC 9110 §12.5.4")
BROWSER = [*fields.cookies(), LANGUAGE]
CLIENT_ANSWER = {
    "200": page("A form that carries the answer to the client (response_mode=form_post), or the next page."),
    "303": redirect("To the client with a code or an error and `iss`, or to the next page."),
}
ASSET = {
    "Cache-Control": matching("immutable"),
    "Content-Type": matching("^text/css"),
}

OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    ("authorization_endpoint", "GET"): {
        "parameters": [*fields.query(fields.AUTHORIZATION, fields.AUTHORIZATION_REQUIRED), *BROWSER],
        "responses": {**CLIENT_ANSWER, **refusal_pages(400, 503)},
    },
    ("authorization_endpoint", "POST"): {
        "requestBody": fields.form(fields.AUTHORIZATION, fields.AUTHORIZATION_REQUIRED),
        "parameters": BROWSER,
        "responses": {**CLIENT_ANSWER, **refusal_pages(400, 413, 503)},
    },
    ("login", "GET"): {
        "parameters": [LANGUAGE],
        "responses": {"200": page("Where to begin."), **refusal_pages()},
    },
    ("login", "POST"): {
        "requestBody": fields.form(fields.LOGIN, ("sign_in",)),
        "parameters": BROWSER,
        "responses": {**CLIENT_ANSWER, **refusal_pages(400, 401, 413, 429, 503)},
    },
    ("consent", "POST"): {
        "requestBody": fields.form(fields.CONSENT, ("sign_in",)),
        "parameters": BROWSER,
        "responses": {**CLIENT_ANSWER, **refusal_pages(400, 413, 503)},
    },
    ("end_session_endpoint", "GET"): {
        "parameters": [*fields.query(fields.LOGOUT), *BROWSER],
        "responses": {
            "200": page("Signed out, or the question whether to."),
            "303": redirect("To the client's post_logout_redirect_uri."),
            **refusal_pages(400, 413, 503),
        },
    },
    ("end_session_endpoint", "POST"): {
        "requestBody": fields.form(fields.LOGOUT_ANSWER),
        "parameters": BROWSER,
        "responses": {
            "200": page("Signed out."),
            "303": redirect("To the same endpoint, or to the client's post_logout_redirect_uri."),
            **refusal_pages(400, 413, 503),
        },
    },
    ("account", "GET"): {
        "parameters": [*fields.query({"notice": {"type": "string"}}), *BROWSER],
        "responses": {"200": page("The account, or the login page."), **refusal_pages(400, 413, 503)},
    },
    ("account", "POST"): {
        "requestBody": fields.form(fields.ACCOUNT, ("token", "action")),
        "parameters": BROWSER,
        "responses": {
            "303": redirect("To the account page."),
            **refusal_pages(400, 401, 413, 429, 503),
        },
    },
    ("assets", "GET"): {
        "responses": {
            "200": answer("The file.", content={"text/css; charset=utf-8": {"type": "string"}}, headers=ASSET),
            "404": answer("There is no such file."),
            **refusal_pages(),
        },
    },
}
"""No operation asks for credentials: a session is a cookie that the pages set."""
