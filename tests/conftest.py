import pytest
import torch

# The tensors of these tests are so small that threads only get into each other's way.
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seeded():
    """Give each test the same weights, whichever tests ran before it."""
    torch.manual_seed(0)
