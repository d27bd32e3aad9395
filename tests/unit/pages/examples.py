"""One example of every page in every state, and a reader of HTML."""

from __future__ import annotations

from html.parser import HTMLParser

from gatelet.pages import (
    AccountView,
    ApplicationRow,
    Brand,
    ConsentView,
    ErrorView,
    FormPostView,
    LoggedOutView,
    LoginView,
    LogoutView,
    SessionRow,
    StartView,
)
from gatelet.pages.views import ACCOUNT_ERRORS, LOGIN_ERRORS, NOTICES, REASONS

LOGO = "data:image/png;base64,iVBORw0KGgo="
BRAND = Brand(name="Acme", logo=LOGO, support_url="https://help.example/")
SESSIONS = (
    SessionRow(id="s1", created_at="2026-07-30T08:12:00Z", last_used="2026-07-31T09:40:11Z", is_current=True),
    SessionRow(id="s2", created_at="2026-07-02T18:00:00Z", last_used="2026-07-29T21:03:00Z", is_current=False),
)
APPLICATIONS = (
    ApplicationRow(
        client_id="c_wiki",
        name="Wiki",
        scopes=(("openid", ""), ("wiki:read", "Read the pages")),
        since="2026-06-11T10:00:00Z",
    ),
)
LOGIN = LoginView(sign_in="sealed", client_name="Wiki")
CONSENT = ConsentView(
    sign_in="sealed",
    client_name="Wiki",
    redirect_host="wiki.example",
    username="alice",
    scopes=(("openid", ""), ("wiki:read", "Read the pages"), ("wiki:write", "")),
    client_uri="https://wiki.example/",
    logo=LOGO,
    policy_uri="https://wiki.example/privacy",
    tos_uri="https://wiki.example/terms",
)
FORM_POST = FormPostView(action="https://wiki.example/cb", fields=(("code", "abc"), ("state", "xyz")))


def account(**members):
    default = {"token": "sealed", "username": "alice", "email": "alice@example.org"}
    return AccountView(**{**default, "sessions": SESSIONS, "applications": APPLICATIONS, **members})


PAGES = (
    LOGIN,
    LoginView(sign_in="sealed", client_name="", cancel=False),
    *(LoginView(sign_in="sealed", client_name="Wiki", username="al", error=each) for each in LOGIN_ERRORS),
    LoginView(sign_in="sealed", client_name="Wiki", username="al", error="too_many", retry_after=130),
    CONSENT,
    ConsentView(sign_in="sealed", client_name="Wiki", redirect_host="", username="alice", scopes=(("openid", ""),)),
    *(ErrorView(reason=each, request_id="KJx2k=") for each in REASONS),
    ErrorView(reason="expired", request_id="KJx2k=", detail="sealed form too old", back="/account"),
    LogoutView(token="sealed"),
    LogoutView(token="sealed", client_name="Wiki"),
    LoggedOutView(),
    LoggedOutView(client_name="Wiki"),
    FORM_POST,
    account(),
    account(sessions=(), applications=()),
    *(account(notice=each) for each in NOTICES),
    *(account(error=each) for each in ACCOUNT_ERRORS),
    StartView(),
)


class Document(HTMLParser):
    """The elements of a page in their order, each with its attributes, and all of its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        self.text += data

    def all(self, *tags):
        """Return the attributes of every element of these kinds."""
        return [attributes for tag, attributes in self.elements if tag in tags]

    def fields(self):
        """Return name and value of what a form sends without anyone touching it."""
        return {each["name"]: each.get("value", "") for each in self.all("input") if "name" in each}
