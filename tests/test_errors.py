import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.errors import reject_unknown_keys, suggest

fixed = settings(deadline=None, derandomize=True, max_examples=25)
names = st.sets(st.text(st.characters(categories=["Ll"]), min_size=1, max_size=6), max_size=5)


@fixed
@given(names, names)
def test_only_known_keys_pass(given_keys, known):
    unknown = given_keys - known
    if not unknown:
        reject_unknown_keys(given_keys, known, "option")
        return
    with pytest.raises(ValueError, match="is not a known option") as caught:
        reject_unknown_keys(given_keys, known, "option")
    message = str(caught.value)
    assert any(message.startswith(repr(key)) for key in unknown)
    assert all(name in message for name in known)


def test_nearest_known_key_is_offered():
    with pytest.raises(ValueError, match="'hiden_size' is not a known option of the memory model"):
        reject_unknown_keys({"hiden_size": 3}, {"hidden_size": 0}, "option of the memory model")
    assert suggest("hiden_size", ["word_size", "hidden_size"]) == (
        " Did you mean 'hidden_size'? Known: hidden_size, word_size."
    )


def test_nothing_near_is_not_offered():
    assert suggest("xyz", ["hidden_size"]) == " Known: hidden_size."


def test_known_may_be_used_up_once():
    with pytest.raises(ValueError, match=r"Known: a, b\."):
        reject_unknown_keys(["a", "c"], iter(["b", "a"]), "option")


def test_nothing_known_says_so():
    with pytest.raises(ValueError, match=r"'a' is not a known option\. Known: none\."):
        reject_unknown_keys(["a"], [], "option")


def test_keys_need_not_be_strings():
    with pytest.raises(ValueError, match="3 is not a known option"):
        reject_unknown_keys([3], ["a"], "option")
