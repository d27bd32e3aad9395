from __future__ import annotations

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given
from hypothesis import strategies as st

from gatelet.aws.attributes import marshal, marshal_item, unmarshal, unmarshal_item

SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-(10**37), 10**37), st.text(max_size=20))
SETS = st.frozensets(st.text(max_size=5), min_size=1, max_size=4)
VALUE = st.recursive(
    st.one_of(SCALAR, SETS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=10,
)


@given(VALUE)
def test_what_is_written_is_read_back(value):
    """With its type: True is not 1, and "1" is not 1."""
    assert repr(unmarshal(marshal(value))) == repr(value) or unmarshal(marshal(value)) == value
    assert type(unmarshal(marshal(value))) is type(value)


@given(VALUE)
def test_boto3_reads_the_same(value):
    assert TypeDeserializer().deserialize(marshal(value)) == value  # type: ignore[arg-type]


@given(st.dictionaries(st.text(max_size=5), VALUE, max_size=4))
def test_an_item_is_its_members(item):
    assert unmarshal_item(marshal_item(item)) == item


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        (True, {"BOOL": True}),
        (1, {"N": "1"}),
        ("1", {"S": "1"}),
        (None, {"NULL": True}),
        (("a", 1), {"L": [{"S": "a"}, {"N": "1"}]}),
        ({"b", "a"}, {"SS": ["a", "b"]}),
        ({"x": {"y": []}}, {"M": {"x": {"M": {"y": {"L": []}}}}}),
    ],
    ids=repr,
)
def test_each_type_has_its_attribute_value(value, attribute):
    assert marshal(value) == attribute


@pytest.mark.parametrize("value", [1.5, b"x", object(), {1: 2}.keys(), 1j], ids=repr)
def test_a_type_that_no_item_holds_is_a_fault(value):
    """Better than an item that cannot be read back."""
    with pytest.raises(TypeError):
        marshal(value)
