"""The options of `gatelet clients create` and `update`. RFC 7591 §2"""

from __future__ import annotations

from typing import Annotated

import typer

ClientId = Annotated[str, typer.Argument(metavar="CLIENT_ID", help="As `gatelet clients list` shows it.")]
Name = Annotated[str | None, typer.Option("--client-name", metavar="TEXT", help="What people call it.")]
GrantTypes = Annotated[
    list[str] | None,
    typer.Option(
        "--grant-type",
        metavar="TYPE",
        help="authorization_code (without this option), refresh_token, client_credentials, password. Repeatable.",
    ),
]
RedirectUris = Annotated[
    list[str] | None,
    typer.Option("--redirect-uri", metavar="URI", help="Where users come back to, compared as it is. Repeatable."),
]
PostLogoutRedirectUris = Annotated[
    list[str] | None,
    typer.Option("--post-logout-redirect-uri", metavar="URI", help="Where users go after logout. Repeatable."),
]
Method = Annotated[
    str | None,
    typer.Option(
        "--token-endpoint-auth-method",
        metavar="METHOD",
        help="client_secret_basic (without this option), client_secret_post, or none: a public client.",
    ),
]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SCOPE", help="What it may ask for: a list in quotes, or repeated."),
]
IdTokenAlgorithm = Annotated[
    str | None,
    typer.Option(
        "--id-token-signed-response-alg",
        metavar="ALG",
        help="Of ID tokens: RS256 (without this option), ES256 or EdDSA, where the stack has keys for it.",
    ),
]
ClientUri = Annotated[
    str | None, typer.Option("--client-uri", metavar="URL", help="Its home page, linked when asking for consent.")
]
PolicyUri = Annotated[str | None, typer.Option("--policy-uri", metavar="URL", help="Its privacy policy.")]
TosUri = Annotated[str | None, typer.Option("--tos-uri", metavar="URL", help="Its terms of service.")]
Logo = Annotated[
    str | None,
    typer.Option(
        "--logo", metavar="FILE", help="PNG, SVG, JPEG or WebP of at most 32 KB, shown when asking for consent."
    ),
]
OWN = "Gatelet's own"
RequirePkce = Annotated[
    bool | None,
    typer.Option(
        "--require-pkce/--no-require-pkce",
        help="Without it a confidential client may leave PKCE out; required otherwise.",
        rich_help_panel=OWN,
    ),
]
FirstParty = Annotated[
    bool | None,
    typer.Option(
        "--first-party/--no-first-party",
        help="It is yours: nobody is asked for consent, and it may use the password grant.",
        rich_help_panel=OWN,
    ),
]
RefreshGrace = Annotated[
    int | None,
    typer.Option(
        "--refresh-grace",
        metavar="SECONDS",
        help="In which a repeated refresh is an honest retry: 0 to 60, 30 without this option.",
        rich_help_panel=OWN,
    ),
]
AllowedOrigins = Annotated[
    list[str] | None,
    typer.Option(
        "--allowed-origin",
        metavar="ORIGIN",
        help="Whose scripts may call the token endpoint (CORS). Repeatable.",
        rich_help_panel=OWN,
    ),
]
RefreshTokenCookie = Annotated[
    bool | None,
    typer.Option(
        "--refresh-token-cookie/--no-cookie",
        help="Refresh token only as a cookie: needs a custom domain.",
        rich_help_panel=OWN,
    ),
]
ChosenId = Annotated[
    str | None,
    typer.Option("--client-id", metavar="ID", help="An id of your own; random without.", rich_help_panel=OWN),
]
