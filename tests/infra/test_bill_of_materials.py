"""The bill of materials that lies in the bundle. CycloneDX 1.6"""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from importlib.resources import files
from urllib.parse import urljoin

import pytest
from aws_cdk import aws_lambda as lambda_
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from gatelet_cdk import Bundle, bill_of_materials, lock_file
from gatelet_cdk.bundling import LOCK

SCHEMAS = files("cyclonedx.schema") / "_res"
LOCKED = {entry.name: entry for entry in lock_file.read(LOCK.read_text())}


def schema(name):
    return json.loads((SCHEMAS / name).read_text())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    directory = tmp_path_factory.mktemp("bundle")
    Bundle.for_lambda(lambda_.Architecture.ARM_64).build(directory)
    return directory


@pytest.fixture(scope="module")
def document(bundle):
    return json.loads((bundle / bill_of_materials.FILE).read_text())


def test_it_obeys_the_schema_of_cyclonedx(document):
    """That of the reference implementation, with the list of SPDX's licences."""
    whole = schema("bom-1.6.SNAPSHOT.schema.json")
    names = (f"{name}.SNAPSHOT.schema.json" for name in ("cryptography-defs", "jsf-0.82", "spdx"))
    others = [(urljoin(whole["$id"], name), DRAFT7.create_resource(schema(name))) for name in names]
    validator = Draft7Validator(whole, registry=Registry().with_resources(others))
    assert [fault.message for fault in validator.iter_errors(document)] == []
    assert [fault.message for fault in validator.iter_errors({**document, "components": [{"name": "x"}]})] != []


def test_it_names_what_lies_in_the_bundle_and_nothing_else(bundle, document):
    named = {component["name"].replace("-", "_"): component["version"] for component in document["components"]}
    shipped = dict(path.stem.lower().split("-", 1) for path in bundle.glob("*.dist-info"))
    assert {name.replace(".", "_"): number for name, number in shipped.items()} == named
    assert {"boto3", "cryptography", "pyjwt"} <= set(named)
    assert "pycparser" not in named


def test_each_component_has_a_package_url_a_licence_and_the_hashes_of_the_lock(document):
    for component in document["components"]:
        name, number = component["name"], component["version"]
        assert component["purl"] == f"pkg:pypi/{name}@{number}"
        assert [digest["content"] for digest in component["hashes"]] == list(LOCKED[name].sha256) != []
        assert {digest["alg"] for digest in component["hashes"]} == {"SHA-256"}
        assert component["licenses"], name


def test_it_says_which_gatelet_it_is_the_bill_of(document):
    component = document["metadata"]["component"]
    assert (component["name"], component["version"]) == ("gatelet", version("gatelet"))


def test_the_same_bundle_gives_the_same_bytes(bundle):
    """So it holds no time and no number that is drawn."""
    before = (bundle / bill_of_materials.FILE).read_bytes()
    bill_of_materials.write(bundle, LOCK)
    assert (bundle / bill_of_materials.FILE).read_bytes() == before
    assert re.findall(rb"serialNumber|timestamp", before) == []


def test_a_line_of_a_lock_that_has_no_hash_is_refused():
    with pytest.raises(lock_file.LockFileError):
        list(lock_file.read("pyjwt==2.15.1\n"))


def test_a_lock_is_read_with_its_markers():
    digest = "0" * 64
    lock = f"# a comment\ncolorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:{digest}\n"
    assert list(lock_file.read(lock)) == [("colorama", "0.4.6", "sys_platform == 'win32'", (digest,))]
