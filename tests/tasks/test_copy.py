from hypothesis import given, settings
from task_examples import assert_answers, batch_sizes, copies, real_rows, sample, seeds

from memorylab.tasks import Copy

fixed = settings(deadline=None, derandomize=True, max_examples=50)


@fixed
@given(copies, batch_sizes, seeds)
def test_answers_are_the_words_heard(task, batch_size, seed):
    def oracle(input):
        flags = [step[-1] for step in input]
        heard = [step[:-1] for step in input[: flags.index(1)]]
        assert task.min_length <= len(heard) <= task.max_length
        return [None] * (len(heard) + 1) + heard

    assert_answers(sample(task, batch_size, seed), oracle)


@fixed
@given(copies, batch_sizes, seeds)
def test_input_is_silent_after_one_delimiter(task, batch_size, seed):
    for input, _, _ in real_rows(sample(task, batch_size, seed)):
        delimiter = [0.0] * task.word_size + [1.0]
        assert input.count(delimiter) == 1
        assert sum(step[-1] for step in input) == 1
        after = input[input.index(delimiter) + 1 :]
        assert not any(map(any, after))


def test_every_length_in_the_range_is_drawn():
    lengths = (sample(Copy(2, 3, 5), 200).seq_lens - 1) / 2
    assert set(lengths.tolist()) == {3, 4, 5}
