"""A grant of alice's, as her sessions list it."""

from __future__ import annotations

from gatelet.oauth.grant import Grant

NOW = 1_800_000_000
LATER = NOW + 1000
GRANT = Grant(
    gid="g",
    client_id="c_app",
    sub="u_alice",
    session_id="s",
    scope=("a",),
    audience="x",
    auth_time=NOW,
    acr="1",
    amr=("pwd",),
    generation=0,
    rotated_at=NOW,
    idle_expires_at=NOW + 100,
    absolute_expires_at=NOW + 200,
    attempt="t",
)
