"""What a run tells whoever started it: where it is, and commands that work when pasted."""

from urllib.parse import urlencode

from rich.console import Console

from gatelet_cli.local.demonstration import LEGACY, SERVICE, WEB, Demonstration
from gatelet_cli.local.stack import LocalStack

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The example of RFC 7636 Appendix B: to be seen here, never to be used by an application."""


def announce(stack: LocalStack, console: Console, *, keeps: bool) -> None:
    """Print it."""
    console.print()
    console.print(f"Gatelet answers at [bold]{stack.issuer}[/]")
    console.print(f"[dim]metadata {stack.issuer}/.well-known/openid-configuration[/]")
    console.print(f"[dim]AWS      {stack.emulator.endpoint} (an emulator; `gatelet --local` finds it)[/]")
    sign_in(stack.issuer, stack.demonstration, console)
    for title, command in commands(stack.issuer, stack.demonstration).items():
        console.print(f"\n[bold]{title}[/]")
        console.print(command, soft_wrap=True, markup=False, highlight=False)
    console.print()
    console.print(
        "Users, clients and keys are kept in .gatelet/ for the next KEEP=1."
        if keeps
        else "Nothing is kept; KEEP=1 make run keeps users, clients and keys."
    )
    console.print("Requests are shown as they come. Ctrl-C ends it.\n")


def sign_in(issuer: str, demonstration: Demonstration, console: Console) -> None:
    """Print how a person signs in: in a page, or step by step."""
    user = demonstration.user
    steps = {
        "The same step by step: open this, sign in, and find the code in the address that it leads to": (
            authorization_url(issuer, demonstration)
        ),
        "Tokens for that code, within 60 s (put it in the place of CODE)": redemption(issuer, demonstration),
    }
    console.print(f"\n[bold]A page that signs in: {demonstration.page}[/]", highlight=False)
    console.print(f"as {user.username} with the password {user.password}", soft_wrap=True, highlight=False)
    for title, step in steps.items():
        console.print(f"\n[bold]{title}[/]", soft_wrap=True, highlight=False)
        console.print(step, soft_wrap=True, markup=False, highlight=False)


def authorization_url(issuer: str, demonstration: Demonstration) -> str:
    """Return an authorization request of the web client. RFC 6749 §4.1.1, RFC 7636 §4.3"""
    web = demonstration.clients[WEB]
    parameters = {
        "response_type": "code",
        "client_id": web.client_id,
        "redirect_uri": web.redirect_uri,
        "scope": web.scope,
        "state": "example",
        "nonce": "example",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"{issuer}/oauth2/authorize?{urlencode(parameters)}"


def redemption(issuer: str, demonstration: Demonstration, code: str = "CODE") -> str:
    """Return the command that redeems a code of that request. RFC 6749 §4.1.3"""
    web = demonstration.clients[WEB]
    return (
        f"curl -sw '\\n' -u '{web.client_id}:{web.client_secret}' -d grant_type=authorization_code"
        f" -d redirect_uri={web.redirect_uri} -d code_verifier={VERIFIER} -d 'code={code}' {issuer}/oauth2/token"
    )


def commands(issuer: str, demonstration: Demonstration) -> dict[str, str]:
    """Return the commands by what they show; each works after those above it, in a POSIX shell."""
    service, legacy = demonstration.clients[SERVICE], demonstration.clients[LEGACY]
    user, resource = demonstration.user, demonstration.resource
    token, revocation = f"{issuer}/oauth2/token", f"{issuer}/oauth2/revoke"
    as_service = f"curl -sw '\\n' -u '{service.client_id}:{service.client_secret}'"
    as_legacy = f"curl -sw '\\n' -u '{legacy.client_id}:{legacy.client_secret}'"
    machine = f"{as_service} -d grant_type=client_credentials {token}"
    person = f"{as_legacy} -d grant_type=password -d username={user.username} -d 'password={user.password}' {token}"
    refresh = f'{as_legacy} -d grant_type=refresh_token -d "refresh_token=$REFRESH_TOKEN" {token}'
    return {
        "A token for a machine (client_credentials)": machine,
        "The protected route without a token, and with one": "\n".join(
            [
                f"curl -isw '\\n' {resource.url}",
                f"TOKEN=$({machine} | {_member('access_token')})",
                f'curl -isw "\\n" -H "Authorization: Bearer $TOKEN" {resource.url}',
            ]
        ),
        "A token for a person (password)": person,
        "The next one (refresh_token)": "\n".join([f"REFRESH_TOKEN=$({person} | {_member('refresh_token')})", refresh]),
        "The end of it (revoke): the refresh above is refused from then on": "\n".join(
            [f'{as_legacy} -i -d "token=$REFRESH_TOKEN" {revocation}', refresh]
        ),
    }


def _member(name: str) -> str:
    """Return a filter that finds a member of the answer, with nothing that might not be installed."""
    return f"""sed 's/.*"{name}": *"\\([^"]*\\)".*/\\1/'"""
