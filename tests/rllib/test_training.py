import shutil

import numpy as np
import pytest
import torch
from ray.rllib.connectors.connector_pipeline_v2 import ConnectorPipelineV2

from memorylab.rllib import Agent, History, ppo_config, train_ppo
from memorylab.rllib.agent import settings_of
from memorylab.rllib.checkpoints import save_checkpoint
from memorylab.rllib.evaluation import evaluate
from memorylab.rllib.training import is_finished
from memorylab.training import Film
from memorylab.training import History as TrainingHistory
from memorylab.training.checkpoints import claimed, find_checkpoint

pytestmark = pytest.mark.ray

SMALL_DNC = {"hidden_size": 32, "num_locations": 8, "word_size": 8}


def short_config(memory="gru", memory_config=None, **options):
    memory_config = {"hidden_size": 16} if memory_config is None else memory_config
    config = ppo_config("TMaze", memory, memory_config=memory_config, **options)
    return config.training(train_batch_size_per_learner=416, num_epochs=1)


def train(config, max_steps=800, **options):
    return train_ppo(config, max_steps=max_steps, stop_return=None, progress=False, **options)


def same_weights(first, second):
    first, second = first.module.state_dict(), second.module.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def actions(agent):
    return [episode.action.tolist() for episode in evaluate(agent, episodes=5, explore=True)]


def test_an_agent_that_is_good_enough_stays_as_it_was_measured(ray, tmp_path):
    start = train(short_config(), max_steps=1)  # one update
    options = {"stop_return": -100, "progress": False, "checkpoint_path": tmp_path}
    agent = train_ppo(short_config(), weights=start, **options)
    assert agent.history.solved
    restored = train_ppo(short_config(), resume=True, **options)
    assert same_weights(agent, start)
    assert same_weights(restored, start)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("memory", "memory_config", "max_steps"),
    [("gru", {}, 30_000), ("dnc", SMALL_DNC, 40_000), ("mlp", {}, 20_000)],
)
def test_the_t_maze_is_solved_with_memory_and_not_without(
    ray, memory, memory_config, max_steps, seed
):
    config = ppo_config("TMaze", memory, memory_config=memory_config, seed=seed)
    agent = train_ppo(config, max_steps=max_steps, progress=False)
    if memory == "mlp":
        assert not agent.history.solved
        assert max(agent.history.mean_return) < 0.5
    else:
        assert agent.history.solved
        assert np.mean([e.total_return for e in evaluate(agent, episodes=20)]) > 0.8


def test_the_same_seed_gives_the_same_run_and_another_seed_another(ray):
    first, second, third = (train(short_config(seed=seed)) for seed in (3, 3, 4))
    assert first.history.mean_return == second.history.mean_return
    assert same_weights(first, second)
    assert not same_weights(first, third)


@pytest.mark.parametrize("memory", ["lstm", "dnc"])
def test_a_checkpoint_restores_the_same_agent_and_goes_on(ray, memory, tmp_path):
    config = short_config(memory)
    trained = train(config, checkpoint_path=tmp_path)
    restored = train(config, checkpoint_path=tmp_path, resume=True)
    assert restored.history == trained.history
    assert same_weights(restored, trained)
    assert actions(restored) == actions(trained)

    longer = train(config, 1600, checkpoint_path=tmp_path, resume=True)
    updates = len(trained.history.env_steps)
    assert longer.history.env_steps[:updates] == trained.history.env_steps
    assert longer.history.env_steps == sorted(set(longer.history.env_steps))
    assert longer.history.env_steps[updates] - longer.history.env_steps[updates - 1] < 500
    assert longer.history.env_steps[-1] >= 1600
    assert longer.history.seconds == sorted(longer.history.seconds)
    assert not same_weights(longer, trained)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_checkpoint_restores_the_optimizer(ray, tmp_path):
    config = short_config()
    train(config, checkpoint_path=tmp_path)
    algorithm = config.copy(copy_frozen=False).build_algo()
    try:
        algorithm.restore_from_path(str(find_checkpoint(tmp_path)))
        (optimizer,) = algorithm.learner_group._learner._named_optimizers.values()
        moments = [state["exp_avg"].abs().sum() for state in optimizer.state.values()]
        assert len(moments) == len(list(algorithm.get_module().parameters()))
        assert all(moment > 0 for moment in moments)
    finally:
        algorithm.stop()


class Saved:
    """An algorithm that saves quickly."""

    config = ppo_config("TMaze")
    env_runner = None
    env_to_module_connector = module_to_env_connector = ConnectorPipelineV2(connectors=[])

    def save_to_path(self, path):
        (path / "all").write_text("")


class Interrupted(Saved):
    """An algorithm whose saving is interrupted half way."""

    def save_to_path(self, path):
        (path / "half").write_text("")
        raise KeyboardInterrupt


def test_an_interrupt_while_saving_leaves_the_checkpoint_before(tmp_path):
    first = save_checkpoint(Saved(), History(env_steps=[10]), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(Interrupted(), History(env_steps=[20]), tmp_path)
    assert list(tmp_path.iterdir()) == [first]
    assert find_checkpoint(tmp_path) == first
    second = save_checkpoint(Saved(), History(env_steps=[1_000_000]), tmp_path)
    assert list(tmp_path.iterdir()) == [second]


def test_an_interrupt_while_dropping_the_checkpoint_before_leaves_whole_ones(tmp_path, monkeypatch):
    save_checkpoint(Saved(), History(env_steps=[10]), tmp_path)

    def interrupted(path, **_):
        if path.exists():
            (path / "history.json").unlink()
            raise KeyboardInterrupt

    def save_while_interrupted():
        with claimed(tmp_path), monkeypatch.context() as patched:
            patched.setattr(shutil, "rmtree", interrupted)
            save_checkpoint(Saved(), History(env_steps=[20]), tmp_path)

    with pytest.raises(KeyboardInterrupt):
        save_while_interrupted()
    (whole,) = tmp_path.iterdir()
    assert History.load(whole / "history.json").env_steps == [20]
    last = save_checkpoint(Saved(), History(env_steps=[30]), tmp_path)
    assert list(tmp_path.iterdir()) == [last]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (short_config("lstm"), "model_config.memory was 'gru' and is now 'lstm'"),
        (
            short_config(memory_config={"hidden_size": 8}),
            "model_config.memory_config.hidden_size was 16 and is now 8",
        ),
        (
            short_config(environment_config={"corridor_length": 3}, max_seq_len=41),
            "environment_config.corridor_length was 'missing' and is now 3",
        ),
        (short_config().training(lr=0.1), "lr was 0.003 and is now 0.1"),
        (short_config(seed=1), "seed was 0 and is now 1"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(other, message, tmp_path):
    history = History(env_steps=[10], settings=settings_of(short_config()))
    save_checkpoint(Saved(), history, tmp_path)
    with pytest.raises(ValueError, match=message):
        train(other, checkpoint_path=tmp_path, resume=True)


def test_a_checkpoint_is_neither_overwritten_nor_invented(tmp_path):
    save_checkpoint(Saved(), History(env_steps=[10]), tmp_path)
    with pytest.raises(FileExistsError, match="resume=True"):
        train(short_config(), checkpoint_path=tmp_path)
    with pytest.raises(ValueError, match="needs a checkpoint_path"):
        train(short_config(), resume=True)
    (find_checkpoint(tmp_path) / "history.json").write_text("{")
    with pytest.raises(ValueError, match="is not a training history"):
        train(short_config(), checkpoint_path=tmp_path, resume=True)


@pytest.mark.parametrize("name", ["max_steps", "checkpoint_every"])
def test_counts_are_at_least_one(name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        train_ppo(short_config(), **{name: 0})


def test_workers_in_their_own_process_know_the_environments(ray):
    config = short_config().env_runners(num_env_runners=1)
    agent = train(config, 400)
    assert agent.history.env_steps[-1] >= 400
    assert np.isfinite(agent.history.mean_return[-1])


def test_the_number_of_threads_is_given_back(ray):
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        train(short_config(), 1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_agents_have_the_same_kind_of_history_as_models():
    assert History is TrainingHistory
    history = Agent(short_config()).history
    assert history.env_steps == history.mean_return == history.seconds == []
    assert history.settings["environment"] == "TMaze"


def test_an_agent_that_is_good_enough_may_be_trained_to_the_end():
    history = History(env_steps=[10], mean_return=[1.0], seconds=[1.0])
    assert is_finished(history, 100, stop_return=0.9)
    assert history.solved
    assert not is_finished(history, 100, stop_return=None)
    assert is_finished(history, 10, stop_return=None)
    assert not history.solved


# --- films ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def observations():
    return evaluate(Agent(short_config("dnc", SMALL_DNC)))[0].observation


def test_a_film_shows_the_agents_memory_and_changes_nothing(ray, observations):
    config, film = short_config("dnc", SMALL_DNC), Film(observations, every=400)
    filmed = train(config, film=film)
    plain = train(config)
    assert filmed.history.mean_return == plain.history.mean_return
    assert same_weights(filmed, plain)
    assert film.steps == [0, *filmed.history.env_steps]
    for agent, trace in ((Agent(config), film.traces[0]), (filmed, film.traces[-1])):
        networks = agent.module.networks
        features = networks.encoder(torch.as_tensor(observations))
        assert trace.memory == pytest.approx(networks.memory.trace(features).memory, abs=1e-6)
        assert (trace.observation == observations).all()
    assert not np.allclose(film.traces[0].memory, film.traces[-1].memory)


def test_a_film_goes_on_with_the_checkpoint_it_was_saved_in(ray, observations, tmp_path):
    config, film = short_config("dnc", SMALL_DNC), Film(observations, every=400)
    train(config, checkpoint_path=tmp_path, film=film)
    resumed = Film(observations, every=400)
    agent = train(config, 1600, checkpoint_path=tmp_path, resume=True, film=resumed)
    assert resumed.steps == [0, *agent.history.env_steps]
    assert len(resumed) > len(film)
    for before, after in zip(film.traces, resumed.traces, strict=False):
        assert (before.memory == after.memory).all()
    assert Film.load(find_checkpoint(tmp_path) / "film.npz").steps == resumed.steps

    with pytest.warns(UserWarning, match="has a film, but the training goes on without"):
        train(config, 1600, checkpoint_path=tmp_path, resume=True)
    other = Film(observations + 1)
    with pytest.raises(ValueError, match="another sequence: it differs in input"):
        train(config, 1600, checkpoint_path=tmp_path, resume=True, film=other)
    with pytest.raises(ValueError, match="already shows a training"):
        train(config, film=film)


def test_a_film_that_begins_with_a_checkpoint_says_so(ray, observations, tmp_path):
    config, film = short_config("dnc", SMALL_DNC), Film(observations, every=400)
    trained = train(config, checkpoint_path=tmp_path)
    with pytest.warns(UserWarning, match="has no film: this one begins with the checkpoint"):
        longer = train(config, 1200, checkpoint_path=tmp_path, resume=True, film=film)
    updates = len(trained.history.env_steps)
    assert film.steps == longer.history.env_steps[updates - 1 :]
