"""What the tests share: the real data, and networks that are trained once."""

import pytest

from core.data import Dataset, load_mnist
from core.recipe import Recipe

# Small enough to train in a second, large enough to learn something.
SMALL = Recipe(hidden_units=(32,), activation="relu", epochs=3, batch_size=100, train_size=3000)


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    return load_mnist()


@pytest.fixture(scope="session")
def small_recipe() -> Recipe:
    return SMALL


@pytest.fixture(scope="session")
def article_result(mnist: Dataset):
    """The article network, trained as the article says."""
    from core.recipe import ARTICLE
    from core.training import train

    return train(ARTICLE, mnist)
