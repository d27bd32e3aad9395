from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.aws.settings import SettingMissing, Settings

TEXTS = ("issuer", "directory_table", "feed_table", "signing_secret", "grant_secret", "audience", "routes")
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.one_of(st.none(), st.text(min_size=1, max_size=30)) for name in TEXTS},
        "password_grant": st.booleans(),
        "signing_algorithms": st.lists(st.sampled_from(["ES256", "RS256", "EdDSA"]), min_size=1, unique=True).map(
            tuple
        ),
        "next_key_age": st.integers(0, 10**6),
        "deadline": st.floats(0.1, 900).map(lambda seconds: round(seconds, 3)),
    },
)


@given(SETTINGS)
def test_what_the_stack_writes_the_code_reads(members):
    settings = Settings(**members)
    assert Settings.from_environment(settings.to_environment()) == settings


@given(SETTINGS)
def test_every_variable_is_text_under_our_prefix(members):
    for name, value in Settings(**members).to_environment().items():
        assert name.startswith("GATELET_")
        assert name == name.upper()
        assert isinstance(value, str)


def test_nothing_is_written_that_is_not_given():
    """A function is not told the names of tables that it has no business with."""
    assert Settings().to_environment() == {}
    assert Settings(feed_table="t").to_environment() == {"GATELET_FEED_TABLE": "t"}


def test_variables_of_others_are_not_read():
    assert Settings.from_environment({"ISSUER": "x", "PATH": "/bin", "GATELET_UNKNOWN": "x"}) == Settings()


@pytest.mark.clause("RFC9700-2.4-1")
def test_the_password_grant_is_off_unless_it_says_true():
    """RFC 9700 §2.4"""
    assert not Settings().password_grant
    for text in ("false", "", "1", "yes", "TRUE"):
        assert not Settings.from_environment({"GATELET_PASSWORD_GRANT": text}).password_grant
    assert Settings.from_environment({"GATELET_PASSWORD_GRANT": "true"}).password_grant


def test_a_setting_that_a_function_cannot_do_without_is_named():
    assert Settings(issuer="https://auth.example").require("issuer") == "https://auth.example"
    with pytest.raises(SettingMissing, match="GATELET_FEED_TABLE"):
        Settings().require("feed_table")
