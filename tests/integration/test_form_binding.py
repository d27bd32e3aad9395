"""A form is good in the browser that it was made for, whatever session another browser shows. RFC 6749 §10.12"""

from __future__ import annotations

import pytest

from tests.integration.visitor import SESSION, Page, Visitor, is_login, is_page


@pytest.mark.attack("ATK-277")
@pytest.mark.parametrize(("path", "action"), [("/account", "end_all"), ("/oauth2/logout", "logout")])
def test_a_form_does_nothing_in_a_browser_with_the_same_session(deployment, signed_in_visitor, path, action):
    """The cookie that binds the form is another one than that of the session."""
    form = Page(signed_in_visitor.open(path).body).forms[0]
    other = Visitor(deployment)
    other.open("/account")
    other.cookies[SESSION] = signed_in_visitor.cookies[SESSION]

    answer = other.open(form.action, form={**form.fields, "action": action})

    assert is_page(answer)
    assert "Continue in the browser you started with" in answer.body
    assert not is_login(signed_in_visitor.open("/account"))
