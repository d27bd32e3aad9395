from __future__ import annotations

import ast
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gatelet.oauth import base64url
from gatelet.oauth.jwk import private_key, thumbprint
from gatelet.oauth.key_generation import generate
from gatelet.oauth.seal import SEALS

FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"
GENERATORS = {"generate", "generate_private_key", "generate_parameters"}


def modules():
    """Return the syntax tree of every module that ships to Lambda."""
    return {
        ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts): ast.parse(path.read_text())
        for path in sorted(FUNCTIONS.rglob("*.py"))
    }


MODULES = modules()


def imports(tree):
    """Yield what a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(module):
    """Return every module of ours that a module needs, directly or not."""
    found, open_ends = set(), {module}
    while open_ends:
        found |= open_ends
        open_ends = {name for each in open_ends for name in imports(MODULES[each]) if name in MODULES} - found
    return found


@pytest.mark.parametrize(
    ("alg", "kind"),
    [("ES256", ec.EllipticCurvePrivateKey), ("EdDSA", ed25519.Ed25519PrivateKey), ("RS256", rsa.RSAPrivateKey)],
)
def test_a_signing_key_is_of_its_algorithm_and_named_by_its_thumbprint(alg, kind):
    """RFC 7638 §1"""
    key = generate(alg, 17)
    assert isinstance(private_key(key.material), kind)
    assert key.kid == thumbprint(key.material)
    assert key.created_at == 17
    assert (key.retired_at, key.compromised) == (None, False)


@pytest.mark.attack("ATK-337")
def test_an_rsa_key_has_2048_bits_and_an_ec_key_lies_on_p_256():
    """RFC 7518 §3.3, §3.4"""
    rsa_key, ec_key = private_key(generate("RS256", 0).material), private_key(generate("ES256", 0).material)
    assert isinstance(rsa_key, rsa.RSAPrivateKey)
    assert isinstance(ec_key, ec.EllipticCurvePrivateKey)
    assert rsa_key.key_size >= 2048
    assert isinstance(ec_key.curve, ec.SECP256R1)


def test_a_handle_key_has_256_bits_and_an_id_of_four_bytes():
    """RFC 7518 §3.2"""
    key = generate(SEALS, 0)
    assert len(base64url.decode(key.material["k"])) == 32
    assert len(bytes.fromhex(key.kid)) == 4


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", SEALS])
def test_no_two_keys_are_alike(alg):
    assert len({generate(alg, 0).kid for _ in range(50)}) == 50


@pytest.mark.parametrize("alg", ["none", "HS256", "ES384", ""])
def test_no_key_is_made_for_an_algorithm_that_we_do_not_sign_with(alg):
    with pytest.raises(ValueError, match="no key"):
        generate(alg, 0)


@pytest.mark.attack("ATK-349")
def test_only_rotate_keys_can_make_keys():
    """A function that might run in a clone cannot even reach the code. NIST SP 800-90A"""
    handlers = [name for name in MODULES if name.startswith("gatelet.handlers.") and not name.endswith("__init__")]
    able = {name for name in handlers if "gatelet.oauth.key_generation" in reached(name)}
    assert able == {"gatelet.handlers.rotate_keys", "gatelet.handlers.key_rotation"}
    makers = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in GENERATORS
    }
    assert makers == {"gatelet.oauth.key_generation"}


@pytest.mark.attack("ATK-351")
def test_randomness_comes_from_the_operating_system_alone():
    """`random` and OpenSSL's generator are shared by clones of one snapshot; `secrets` and uuid4 are not."""
    banned = {"random", "ssl.RAND_bytes", "ssl.RAND_add", "uuid.uuid1", "numpy.random"}
    for module, tree in MODULES.items():
        assert not banned & set(imports(tree)), module
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not called & {"uuid1", "RAND_bytes", "getrandbits", "randint", "SystemRandom"}, module
