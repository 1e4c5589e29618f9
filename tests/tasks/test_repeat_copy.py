from hypothesis import given, settings
from task_examples import assert_answers, batch_sizes, real_rows, repeat_copies, sample, seeds

from memorylab.tasks import RepeatCopy

fixed = settings(deadline=None, derandomize=True, max_examples=50)


@fixed
@given(repeat_copies, batch_sizes, seeds)
def test_answers_are_the_words_as_often_as_told_then_the_end(task, batch_size, seed):
    def oracle(input):
        delimiter = [step[-2] for step in input].index(1)
        heard = [step[:-2] for step in input[:delimiter]]
        repeats = round(10 * input[delimiter][-1])
        assert task.min_length <= len(heard) <= task.max_length
        assert task.min_repeats <= repeats <= task.max_repeats
        copies = [[*word, 0.0] for word in heard] * repeats
        return [None] * (delimiter + 1) + copies + [[0.0] * task.word_size + [1.0]]

    assert_answers(sample(task, batch_size, seed), oracle)


@fixed
@given(repeat_copies, batch_sizes, seeds)
def test_flags_stand_in_one_step_and_silence_follows(task, batch_size, seed):
    for input, _, _ in real_rows(sample(task, batch_size, seed)):
        flagged = [t for t, step in enumerate(input) if any(step[-2:])]
        assert len(flagged) == 1
        assert not any(input[flagged[0]][:-2])
        assert not any(map(any, input[flagged[0] + 1 :]))


def test_number_of_repeats_means_the_same_whatever_the_range():
    few, many = sample(RepeatCopy(2, 1, 1, 2, 2)), sample(RepeatCopy(2, 1, 1, 2, 20), 256)
    twice = many.seq_lens == few.seq_lens[0]
    assert twice.any()
    assert (many.input[twice, 1, -1] == few.input[0, 1, -1]).all()


def test_every_number_of_repeats_in_the_range_is_drawn():
    seq_lens = sample(RepeatCopy(2, 1, 1, 2, 4), 200).seq_lens
    assert set(seq_lens.tolist()) == {3 + repeats for repeats in (2, 3, 4)}
