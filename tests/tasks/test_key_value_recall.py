from hypothesis import given, settings
from task_examples import assert_answers, batch_sizes, key_value_recalls, real_rows, sample, seeds

from memorylab.tasks import KeyValueRecall

fixed = settings(deadline=None, derandomize=True, max_examples=50)


def decode(input, word_size):
    """Return the pairs listed, and the keys queried."""
    pairs, queries = [], []
    for step in input:
        key, value, flag = tuple(step[:word_size]), step[word_size:-1], step[-1]
        if flag:
            assert not any(value)
            queries.append(key)
        else:
            assert not queries, "a pair after a query"
            pairs.append((key, value))
    return pairs, queries


@fixed
@given(key_value_recalls, batch_sizes, seeds)
def test_answers_are_the_values_of_the_keys(task, batch_size, seed):
    def oracle(input):
        pairs, queries = decode(input, task.word_size)
        assert task.min_pairs <= len(pairs) <= task.max_pairs
        return [None] * len(pairs) + [dict(pairs)[key] for key in queries]

    assert_answers(sample(task, batch_size, seed), oracle)


@fixed
@given(key_value_recalls, batch_sizes, seeds)
def test_every_key_is_listed_once_and_queried_once(task, batch_size, seed):
    for input, _, _ in real_rows(sample(task, batch_size, seed)):
        pairs, queries = decode(input, task.word_size)
        keys = [key for key, _ in pairs]
        assert len(set(keys)) == len(keys)
        assert sorted(queries) == sorted(keys)


def test_every_order_is_drawn():
    orders = set()
    for input, _, _ in real_rows(sample(KeyValueRecall(3, 5, 4), 400)):
        pairs, queries = decode(input, 4)
        if len(pairs) == 3:
            orders.add(tuple([key for key, _ in pairs].index(key) for key in queries))
    assert len(orders) == 6
