"""`gatelet clients`: what is registered, what is printed, what is refused."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest

from gatelet.aws.directory import client_from_item

ORDERS = ("--client-name", "Orders", "--scope", "orders:read")
SERVICE = (*ORDERS, "--grant-type", "client_credentials")
BROWSER = (
    *(*ORDERS, "--token-endpoint-auth-method", "none"),
    *("--redirect-uri", "https://app.example/cb", "--allowed-origin", "https://app.example"),
)
WEB = (
    *("--client-name", "Web", "--redirect-uri", "https://web.example/cb"),
    *("--grant-type", "authorization_code", "--grant-type", "refresh_token"),
    *("--scope", "openid profile email address phone offline_access"),
)
PNG = b"\x89PNG\r\n\x1a\nimage"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def stored(deployment):
    """Return a function that reads a client from the table."""

    def stored(client_id: str):
        item = deployment.table("directory").get(f"CLIENT#{client_id}", "CLIENT")
        return client_from_item(item) if item else None

    return stored


def test_created_client_gets_a_token_with_its_secret(gatelet, deployment, stored):
    made = gatelet.json("clients", "create", *SERVICE)
    answer = deployment.token(stored(made["client_id"]), made["client_secret"], grant_type="client_credentials")
    assert answer.status == 200
    assert answer.json["scope"] == "orders:read"


@pytest.mark.clause("RFC6749-10.10-2")
def test_client_id_and_secret_are_random_and_only_the_hash_of_the_secret_is_stored(gatelet, deployment, stored):
    made = gatelet.json("clients", "create", *SERVICE)
    assert made["client_id"].startswith("c_")
    assert len(made["client_secret"]) == 43
    (secret,) = stored(made["client_id"]).secrets
    assert secret.sha256 == hashlib.sha256(made["client_secret"].encode()).hexdigest()
    assert made["client_secret"] not in str(deployment.items("directory"))


def test_secret_is_printed_once(gatelet):
    made = gatelet.json("clients", "create", *SERVICE)
    gatelet.run("clients", "show", made["client_id"])
    gatelet.run("clients", "list")
    gatelet.json("clients", "show", made["client_id"])
    gatelet.run("clients", "update", made["client_id"], "--client-name", "Other")
    assert gatelet.printed.count(made["client_secret"]) == 1
    digest = hashlib.sha256(made["client_secret"].encode()).hexdigest()
    assert digest not in gatelet.printed


def test_table_for_people_shows_the_secret_and_says_that_it_is_the_last_time(gatelet):
    printed = gatelet.run("clients", "create", *SERVICE)
    assert "client_secret " in printed
    assert "store it now" in printed


@pytest.mark.clause("RFC8252-8.4-2")
def test_metadata_is_stored_under_the_names_of_rfc_7591(gatelet, stored):
    made = gatelet.json(
        *("clients", "create", "--client-id", "shop", "--client-name", "Shop"),
        *("--grant-type", "authorization_code", "--grant-type", "refresh_token"),
        *("--redirect-uri", "https://shop.example/cb", "--redirect-uri", "http://127.0.0.1/cb"),
        *("--post-logout-redirect-uri", "https://shop.example/bye"),
        *("--token-endpoint-auth-method", "client_secret_post", "--scope", "orders:read stock:read"),
        *(
            "--scope",
            "orders:write",
            "--first-party",
            "--refresh-grace",
            "5",
            "--allowed-origin",
            "https://shop.example",
        ),
    )
    client = stored("shop")
    assert client.redirect_uris == ("https://shop.example/cb", "http://127.0.0.1/cb")
    assert client.post_logout_redirect_uris == ("https://shop.example/bye",)
    assert client.scope == ("orders:read", "stock:read", "orders:write")
    assert client.first_party
    assert client.refresh_grace == 5
    assert made["scope"] == "orders:read stock:read orders:write"
    assert made["token_endpoint_auth_method"] == "client_secret_post"
    assert made["client_id_issued_at"] == client.created_at


@pytest.mark.clause("RFC6749-10.1-1", "RFC8252-8.4-1", "RFC8252-8.4-2")
def test_public_client_has_no_secret(gatelet, stored):
    made = gatelet.json("clients", "create", *BROWSER)
    assert "client_secret" not in made
    assert stored(made["client_id"]).is_public
    assert stored(made["client_id"]).secrets == ()


def test_chosen_id_that_is_taken_is_said_to_be_so_and_the_client_stays(gatelet, stored):
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_taken")
    before = stored("c_taken")
    assert "Client c_taken exists already." in gatelet.fails("clients", "create", *SERVICE, "--client-id", "c_taken")
    assert stored("c_taken") == before


REFUSED = [
    ("--client-name", ("--scope", "orders:read", "--grant-type", "client_credentials")),
    ("--redirect-uri", ORDERS),
    ("--redirect-uri", (*ORDERS, "--redirect-uri", "http://app.example/cb")),
    ("--post-logout-redirect-uri", (*SERVICE, "--post-logout-redirect-uri", "javascript:1")),
    ("--grant-type", (*ORDERS, "--grant-type", "implicit")),
    ("--grant-type", (*ORDERS, "--grant-type", "password")),
    ("--grant-type", (*SERVICE, "--token-endpoint-auth-method", "none")),
    ("--token-endpoint-auth-method", (*SERVICE, "--token-endpoint-auth-method", "private_key_jwt")),
    ("--scope", (*SERVICE, "--scope", "orders:unknown")),
    ("--scope", ("--client-name", "x", "--grant-type", "client_credentials")),
    ("--refresh-grace", (*SERVICE, "--refresh-grace", "61")),
    ("--refresh-grace", (*SERVICE, "--refresh-grace", "soon")),
    ("--allowed-origin", (*SERVICE, "--allowed-origin", "https://app.example/")),
    ("--refresh-token-cookie", (*SERVICE, "--refresh-token-cookie")),
    ("--scope", (*SERVICE, "--scope", "openid")),
    ("--no-require-pkce", (*BROWSER, "--no-require-pkce")),
    ("--client-uri", (*SERVICE, "--client-uri", "http://app.example")),
    ("--policy-uri", (*SERVICE, "--policy-uri", "javascript:alert(1)")),
    ("--tos-uri", (*SERVICE, "--tos-uri", "terms")),
    ("--logo", (*SERVICE, "--logo", "/nowhere/logo.png")),
    ("--id-token-signed-response-alg", (*SERVICE, "--id-token-signed-response-alg", "none")),
    ("--id-token-signed-response-alg", (*WEB, "--id-token-signed-response-alg", "RS256")),
    ("--id-token-signed-response-alg", WEB),
    ("--client-id", (*SERVICE, "--client-id", "u_x")),
    ("--client-id", (*SERVICE, "--client-id", "a b")),
]


def test_bad_metadata_is_refused_with_the_name_of_the_option_and_nothing_is_written(gatelet, deployment, subtests):
    before = deployment.items("directory")
    for option, arguments in REFUSED:
        with subtests.test(" ".join(arguments)):
            assert option in gatelet.fails("clients", "create", *arguments, code=2)
            assert deployment.items("directory") == before


def test_web_client_may_ask_for_the_scopes_of_openid_connect(gatelet, stored):
    """No API registers them."""
    made = gatelet.json("clients", "create", *WEB, "--id-token-signed-response-alg", "ES256")
    assert made["scope"] == "openid profile email address phone offline_access"
    assert made["id_token_signed_response_alg"] == "ES256"
    assert stored(made["client_id"]).require_pkce


def test_id_token_algorithm_is_one_that_the_stack_has_keys_for(gatelet, stored):
    gatelet.run("clients", "create", *WEB, "--client-id", "c_1", "--id-token-signed-response-alg", "ES256")
    change = ("clients", "update", "c_1", "--id-token-signed-response-alg")
    assert "ES256, EdDSA" in gatelet.fails(*change, "RS256", code=2)
    gatelet.run(*change, "EdDSA")
    assert stored("c_1").id_token_signed_response_alg == "EdDSA"


def test_what_the_consent_page_shows_is_stored_and_can_be_taken_back(gatelet, stored, tmp_path):
    logo = tmp_path / "logo.bin"
    logo.write_bytes(PNG)
    algorithm = ("--id-token-signed-response-alg", "ES256")
    pages = {
        "client_uri": "https://web.example",
        "policy_uri": "https://web.example/p#a",
        "tos_uri": "https://t.example",
    }
    named = [word for name, url in pages.items() for word in (f"--{name.replace('_', '-')}", url)]
    made = gatelet.json("clients", "create", *WEB, *algorithm, *named, "--logo", str(logo), "--client-id", "c_1")
    assert {name: made[name] for name in pages} == pages
    assert made["logo_uri"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert stored("c_1").logo_uri == made["logo_uri"]
    gatelet.run("clients", "update", "c_1", "--logo", "", "--client-uri", "")
    assert (stored("c_1").logo_uri, stored("c_1").client_uri) == ("", "")
    assert stored("c_1").policy_uri == pages["policy_uri"]


@pytest.mark.parametrize(
    ("image", "kind"),
    [(PNG, "png"), (SVG, "svg+xml"), (b"\xff\xd8\xff\xe0image", "jpeg"), (b"RIFF\0\0\0\0WEBPimage", "webp")],
)
def test_logo_is_known_by_its_content_whatever_the_file_is_called(gatelet, stored, tmp_path, image, kind):
    file = tmp_path / "logo.txt"
    file.write_bytes(image)
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1", "--logo", str(file))
    assert stored("c_1").logo_uri.startswith(f"data:image/{kind};base64,")


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html><body>", b"svg", b"\xff\xfe<svg", PNG + bytes(32 * 1024)])
def test_file_that_is_no_small_image_is_no_logo(gatelet, deployment, tmp_path, content):
    before = deployment.items("directory")
    file = tmp_path / "logo.png"
    file.write_bytes(content)
    assert "--logo" in gatelet.fails("clients", "create", *SERVICE, "--logo", str(file), code=2)
    assert deployment.items("directory") == before


def test_table_for_people_does_not_print_an_image(gatelet, tmp_path):
    file = tmp_path / "logo.png"
    file.write_bytes(PNG + bytes(9000))
    printed = gatelet.run("clients", "create", *SERVICE, "--logo", str(file))
    assert "data:image/png;base64, 12" in printed
    assert "AAAAAAAA" not in printed


def test_confidential_client_may_be_let_off_pkce_and_bound_to_it_again(gatelet, stored):
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1", "--no-require-pkce")
    assert not stored("c_1").require_pkce
    assert gatelet.json("clients", "update", "c_1", "--require-pkce")["require_pkce"]
    assert stored("c_1").require_pkce


def test_unregistered_scope_is_named(gatelet):
    assert "'orders:unknown'" in gatelet.fails("clients", "create", *SERVICE, "--scope", "orders:unknown", code=2)


def test_password_client_is_told_where_the_stack_has_that_grant_off(deploy, gatelet):
    deploy("Strict", GateletPasswordGrant="false")
    password = (*ORDERS, "--grant-type", "password", "--first-party")
    assert "switched off" in gatelet.run("--stack", "Strict", "clients", "create", *password)
    assert "switched off" not in gatelet.run("clients", "create", *password)


def test_cookie_client_is_told_that_it_needs_a_custom_domain(deploy, gatelet):
    deploy("Domain", GateletIssuer="https://auth.example")
    assert "custom domain" in gatelet.run("clients", "create", *BROWSER, "--refresh-token-cookie")
    assert "custom domain" not in gatelet.run(
        "clients", "create", *BROWSER, "--refresh-token-cookie", "--stack", "Domain"
    )


def test_list_shows_every_client_and_json_is_an_array(gatelet):
    assert "There are no clients." in gatelet.run("clients", "list")
    assert gatelet.json("clients", "list") == []
    for number in range(3):
        gatelet.run("clients", "create", *SERVICE, "--client-id", f"c_{number}")
    assert [client["client_id"] for client in gatelet.json("clients", "list")] == ["c_0", "c_1", "c_2"]
    assert "c_1" in gatelet.run("clients", "list")


def test_name_that_looks_like_markup_is_printed_as_it_is(gatelet):
    gatelet.run("clients", "create", *SERVICE[2:], "--client-name", "[red]Orders[/red]")
    assert "[red]Orders[/red]" in gatelet.run("clients", "list")


def test_update_changes_what_is_named_and_nothing_else(gatelet, stored):
    gatelet.run("clients", "create", *BROWSER, "--client-id", "c_1", "--refresh-grace", "7")
    before = stored("c_1")
    gatelet.run("clients", "update", "c_1", "--redirect-uri", "https://new.example/cb", "--scope", "stock:read")
    after = stored("c_1")
    assert after.redirect_uris == ("https://new.example/cb",)
    assert after.scope == ("stock:read",)
    assert (after.client_name, after.refresh_grace, after.allowed_origins) == (
        before.client_name,
        7,
        before.allowed_origins,
    )


def test_empty_value_empties_a_list(gatelet, stored):
    gatelet.run("clients", "create", *BROWSER, "--client-id", "c_1")
    gatelet.run("clients", "update", "c_1", "--allowed-origin", "")
    assert stored("c_1").allowed_origins == ()


def test_update_is_validated_as_a_whole(gatelet, stored):
    gatelet.run("clients", "create", *BROWSER, "--client-id", "c_1")
    before = stored("c_1")
    assert "--redirect-uri" in gatelet.fails("clients", "update", "c_1", "--redirect-uri", "", code=2)
    assert "public" in gatelet.fails(
        "clients", "update", "c_1", "--token-endpoint-auth-method", "client_secret_basic", code=2
    )
    assert "Name what to change" in gatelet.fails("clients", "update", "c_1", code=2)
    assert stored("c_1") == before


@pytest.mark.parametrize(
    ("verb", "options"),
    [("show", ()), ("update", ("--client-name", "x")), ("rotate-secret", ()), ("enable", ()), ("delete", ("--yes",))],
)
def test_unknown_client_is_said_to_be_so(gatelet, verb, options):
    assert "There is no client c_nobody" in gatelet.fails("clients", verb, "c_nobody", *options)


def test_two_operators_do_not_overwrite_each_other(gatelet, directory, stored):
    """The second change is made of what the first one wrote."""
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1")
    seen = []

    def change(client):
        seen.append(client.client_name)
        if len(seen) == 1:
            gatelet.run("clients", "update", "c_1", "--client-name", "Theirs")
        return replace(client, refresh_grace=9)

    directory.change_client("c_1", change)
    assert seen == ["Orders", "Theirs"]
    assert (stored("c_1").client_name, stored("c_1").refresh_grace) == ("Theirs", 9)


def test_members_of_a_newer_release_survive_a_change(gatelet, deployment):
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1")
    table = deployment.table("directory")
    table.update("CLIENT#c_1", "CLIENT", "SET #logo = :logo", condition="attribute_exists(#pk)", logo="data:x")
    gatelet.run("clients", "update", "c_1", "--client-name", "Other")
    assert table.get("CLIENT#c_1", "CLIENT")["logo"] == "data:x"


def test_rotated_secret_and_the_one_before_both_work_until_the_overlap_is_over(gatelet, deployment, clock, stored):
    made = gatelet.json("clients", "create", *SERVICE, "--client-id", "c_1")
    rotated = gatelet.json("clients", "rotate-secret", "c_1", "--overlap", "1h")
    for secret in (made["client_secret"], rotated["client_secret"]):
        assert deployment.token(stored("c_1"), secret, grant_type="client_credentials").status == 200
    clock.advance(3700)
    deployment.restart()
    assert deployment.token(stored("c_1"), made["client_secret"], grant_type="client_credentials").status == 401
    assert deployment.token(stored("c_1"), rotated["client_secret"], grant_type="client_credentials").status == 200


def test_overlap_is_a_day_where_none_is_named(gatelet, stored):
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1")
    gatelet.run("clients", "rotate-secret", "c_1")
    old, new = stored("c_1").secrets
    assert old.expires_at - new.created_at == 86_400
    assert new.expires_at is None


def test_third_live_secret_pushes_out_the_oldest_after_a_question(gatelet, terminal, stored):
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1")
    gatelet.run("clients", "rotate-secret", "c_1")
    oldest, kept = stored("c_1").secrets
    assert "has two secrets" in gatelet.fails("clients", "rotate-secret", "c_1", code=2)
    assert stored("c_1").secrets == (oldest, kept)
    terminal.interactive, terminal.answers = True, [True]
    gatelet.run("clients", "rotate-secret", "c_1")
    first, _fresh = stored("c_1").secrets
    assert first.sha256 == kept.sha256


def test_no_overlap_ends_every_other_secret_after_a_question(gatelet, stored):
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1")
    assert "confirm with --yes" in gatelet.fails("clients", "rotate-secret", "c_1", "--overlap", "0", code=2)
    gatelet.run("clients", "rotate-secret", "c_1", "--overlap", "0", "--yes")
    assert len(stored("c_1").secrets) == 1


def test_overlap_that_is_no_duration_is_refused(gatelet, subtests):
    for overlap in ("soon", "-1", "1w", "91d", "", "1.5h"):
        with subtests.test(overlap):
            assert "--overlap" in gatelet.fails("clients", "rotate-secret", "c_1", "--overlap", overlap, code=2)


def test_public_client_has_no_secret_to_rotate(gatelet):
    gatelet.run("clients", "create", *BROWSER, "--client-id", "c_1")
    assert "is public" in gatelet.fails("clients", "rotate-secret", "c_1", code=2)


def test_disabled_client_gets_no_token_and_its_tokens_are_refused(gatelet, deployment, stored):
    made = gatelet.json("clients", "create", *SERVICE, "--client-id", "c_1")
    token = deployment.token(stored("c_1"), made["client_secret"], grant_type="client_credentials").json["access_token"]
    assert deployment.authorize(token)
    gatelet.run("clients", "disable", "c_1", "--yes")
    deployment.restart()
    assert not deployment.authorize(token)
    assert deployment.token(stored("c_1"), made["client_secret"], grant_type="client_credentials").status == 401
    gatelet.run("clients", "enable", "c_1")
    deployment.restart()
    assert deployment.token(stored("c_1"), made["client_secret"], grant_type="client_credentials").status == 200


def test_event_of_a_disabled_client_covers_the_time_in_which_it_is_remembered(gatelet, directory, deployment):
    """DynamoDB's time decides, and 65 s are added to it."""
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1")
    now = directory.now()
    gatelet.run("clients", "disable", "c_1", "--yes")
    (event,) = deployment.items("feed")
    assert (event["type"]["S"], event["id"]["S"]) == ("client", "c_1")
    assert 65 <= int(event["not_before"]["N"]) - now <= 70


def test_deleted_client_is_gone_with_its_grants(gatelet, deployment, bob, stored):
    bob.tokens()
    printed = gatelet.run("clients", "delete", bob.client.client_id, "--yes")
    assert "Grants that were revoked: 1." in printed
    assert stored(bob.client.client_id) is None
    assert deployment.grant()["status"]["S"] == "revoked"
    assert [kind for kind, _ in deployment.events()] == ["client", "grant"]


@pytest.mark.parametrize("verb", ["disable", "delete"])
def test_nothing_is_destroyed_without_a_yes(gatelet, terminal, stored, verb):
    gatelet.run("clients", "create", *SERVICE, "--client-id", "c_1")
    before = stored("c_1")
    assert "confirm with --yes" in gatelet.fails("clients", verb, "c_1", code=2)
    terminal.interactive, terminal.answers = True, [False]
    gatelet.fails("clients", verb, "c_1")
    assert stored("c_1") == before
    terminal.answers = [True]
    gatelet.run("clients", verb, "c_1")
    assert stored("c_1") != before
    assert "c_1 (Orders)" in terminal.questions[0]
