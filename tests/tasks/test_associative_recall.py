from hypothesis import given, settings
from task_examples import assert_answers, associative_recalls, batch_sizes, real_rows, sample, seeds

from memorylab.tasks import AssociativeRecall

fixed = settings(deadline=None, derandomize=True, max_examples=50)


def decode(input):
    """Return the items of the list, the query, and the step of the last delimiter."""
    items, query, query_delimiters = [], [], []
    for t, (*word, delimiter, query_delimiter) in enumerate(input):
        if delimiter:
            items.append([])
        elif query_delimiter:
            query_delimiters.append(t)
        elif len(query_delimiters) == 1:
            query.append(word)
        elif not query_delimiters:
            items[-1].append(word)
    first, last = query_delimiters
    assert last - first - 1 == len(query)
    return items, query, last


@fixed
@given(associative_recalls, batch_sizes, seeds)
def test_answer_is_the_item_after_the_query(task, batch_size, seed):
    def oracle(input):
        items, query, last = decode(input)
        assert task.min_items <= len(items) <= task.max_items
        assert {len(item) for item in items} == {task.item_length}
        assert items.count(query) == 1
        return [None] * (last + 1) + items[items.index(query) + 1]

    assert_answers(sample(task, batch_size, seed), oracle)


@fixed
@given(associative_recalls, batch_sizes, seeds)
def test_no_two_items_of_a_list_are_alike(task, batch_size, seed):
    for input, _, _ in real_rows(sample(task, batch_size, seed)):
        items, _, _ = decode(input)
        assert all(items.count(item) == 1 for item in items)


@fixed
@given(associative_recalls, batch_sizes, seeds)
def test_no_word_stands_beside_a_delimiter_nor_after_the_query(task, batch_size, seed):
    for input, _, _ in real_rows(sample(task, batch_size, seed)):
        _, _, last = decode(input)
        assert not any(any(step[:-2]) for step in input if any(step[-2:]))
        assert not any(map(any, input[last + 1 :]))


def test_every_item_but_the_last_is_queried():
    batch = sample(AssociativeRecall(4, 4, 1, 4), 200)
    queried = []
    for input, _, _ in real_rows(batch):
        items, query, _ = decode(input)
        queried.append(items.index(query))
    assert set(queried) == {0, 1, 2}


def test_a_list_may_use_up_every_item_there_is():
    for input, _, _ in real_rows(sample(AssociativeRecall(16, 16, 2, 2), 20)):
        items, _, _ = decode(input)
        assert len({str(item) for item in items}) == 16
