"""An emergency rotation: somebody else may know the keys. Replace them, wait, refuse what they made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gatelet_cli.operator_event import OperatorEvent

if TYPE_CHECKING:
    from gatelet_cli.invocation import Invocation

SIGNING_CONSEQUENCES = (
    "Emergency rotation of the signing keys: fresh keys are published and sign at once, and every access token that"
    " an old key has signed is refused as soon as the signers have noticed (60 s).\n"
    "Gatelet's own authorizers accept the new tokens at once. API Gateway's native JWT authorizers cache keys and may"
    " refuse new tokens for up to 2 hours."
)
ONE_KEY_CONSEQUENCES = (
    "Emergency rotation of one key: the next key takes its place, and every token that it has signed is refused as"
    " soon as the signers have noticed (60 s). The next key has been published before, so that verifiers know it."
)
GRANT_CONSEQUENCES = (
    "Emergency rotation of the grant keys: every code and refresh token that exists stops working, so that everyone"
    " has to sign in again."
)
WAITING = "Waiting until every signer has the new keys"
INTERRUPTED = 130


class Emergency:
    """Two steps with a pause between them, which the operator may interrupt and finish later."""

    def __init__(self, run: Invocation, secret: str, kid: str | None) -> None:
        self._run = run
        self._secret = secret
        self._kid = kid

    def handle(self, *, at_once: bool, yes: bool) -> None:
        """Explain, ask, replace, wait, revoke."""
        self._run.console.note(self._consequences())
        self._run.console.confirm(f"Replace the {self._secret} keys of {self._run.stack.name}?", yes=yes)
        about = {"kid": self._kid} if self._kid else {}
        with self._run.action(OperatorEvent.KEYS_REPLACED, keys=self._secret, **about):
            answer = self._run.administration.keys.replace(self._secret, self._kid)
        self._run.console.note(f"Fresh keys are in use; {len(answer['compromised'])} are to be revoked.")
        try:
            if not at_once:
                self._run.console.terminal.wait(answer["revoke_after"], WAITING)
            self.revoke(answer)
        except BaseException as unfinished:
            self._run.console.note(
                "\nThe fresh keys are in use, but the replaced ones are still accepted. To finish:\n"
                f"  gatelet keys revoke-compromised --secret {self._secret}{self._run.options.as_arguments()}"
            )
            if isinstance(unfinished, KeyboardInterrupt):
                raise typer.Exit(INTERRUPTED) from None
            raise

    def revoke(self, answer: dict[str, Any] | None = None) -> None:
        """Refuse everything that the replaced keys made."""
        with self._run.action(OperatorEvent.KEYS_REVOKED, keys=self._secret) as about:
            revoked = self._run.administration.keys.revoke_compromised(self._secret)
            about["kids"] = " ".join(revoked)
        self._run.console.done(
            f"Revoked: {', '.join(revoked) or 'nothing, there was no replaced key left'}.",
            {**(answer or {}), "revoked": revoked},
        )

    def _consequences(self) -> str:
        if self._secret != "signing":
            return GRANT_CONSEQUENCES
        return ONE_KEY_CONSEQUENCES if self._kid else SIGNING_CONSEQUENCES
