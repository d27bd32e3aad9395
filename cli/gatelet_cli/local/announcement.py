"""What a run tells whoever started it: where it is, and commands that work when pasted."""

from rich.console import Console

from gatelet_cli.local.demonstration import LEGACY, SERVICE, Demonstration
from gatelet_cli.local.stack import LocalStack


def announce(stack: LocalStack, console: Console, *, keeps: bool) -> None:
    """Print it."""
    console.print()
    console.print(f"Gatelet answers at [bold]{stack.issuer}[/]")
    console.print(f"[dim]metadata {stack.issuer}/.well-known/openid-configuration[/]")
    console.print(f"[dim]AWS      {stack.emulator.endpoint} (an emulator; `gatelet --local` finds it)[/]")
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
