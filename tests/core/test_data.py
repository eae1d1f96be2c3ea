import numpy as np
import pytest

from core import data
from core.analysis import exploration
from core.data import CLASS_NAMES, DATA_FILE, DataError, Dataset, load_mnist


def test_shapes_types_and_range(mnist: Dataset):
    assert mnist.train_images.shape == (60_000, 28, 28)
    assert mnist.test_images.shape == (10_000, 28, 28)
    assert mnist.train_labels.shape == (60_000,)
    assert mnist.test_labels.shape == (10_000,)
    for array in (mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels):
        assert array.dtype == np.uint8
    assert mnist.train_images.min() == 0
    assert mnist.train_images.max() == 255
    assert set(np.unique(mnist.test_labels)) == set(range(10))


def test_published_class_counts(mnist: Dataset):
    assert exploration.class_counts(mnist.train_labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert exploration.class_counts(mnist.test_labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    assert (CLASS_NAMES[0], CLASS_NAMES[9]) == ("Zero", "Nine")


def test_one_copy_for_all_which_nobody_can_change(mnist: Dataset):
    assert load_mnist() is mnist
    with pytest.raises(ValueError, match="read-only"):
        mnist.train_images[0, 0, 0] = 1


@pytest.fixture
def no_keras_download(monkeypatch: pytest.MonkeyPatch):
    def fail():
        raise OSError("no network")

    monkeypatch.setattr(data, "_download_with_keras", fail)
    monkeypatch.setattr(data, "_load", data._load.__wrapped__)


def test_who_wrote_each_digit_is_known(mnist: Dataset):
    train, test = mnist.train_writers, mnist.test_writers
    assert train.dtype == test.dtype == np.uint16
    assert (len(np.unique(train)), len(np.unique(test))) == (539, 297)
    assert not set(train) & set(test), "no writer is on both sides"
    assert (int(data.is_student(train).sum()), int(data.is_student(test).sum())) == (29_050, 5001)
    assert data.is_student(test[:5000]).all(), "the students' come first"
    with np.load(data.WRITERS_FILE) as archive:
        np.testing.assert_array_equal(archive["test_series"] == 4, data.is_student(test))


@pytest.mark.parametrize("damage", ["missing", "text", "other order"])
def test_without_the_writers_everything_else_works(tmp_path, monkeypatch, caplog, damage: str):
    path = tmp_path / "mnist_writers.npz"
    if damage == "text":
        path.write_text("hello")
    elif damage == "other order":
        with np.load(data.WRITERS_FILE) as archive:
            np.savez(path, **{name: archive[name][::-1] for name in archive})
    monkeypatch.setattr(data, "WRITERS_FILE", path)
    monkeypatch.setattr(data, "_load", data._load.__wrapped__)
    mnist = load_mnist()
    assert (mnist.train_writers, mnist.test_writers) == (None, None)
    assert len(mnist.train_images) == 60_000
    assert "git checkout -- " in caplog.text


def test_missing_file_says_what_to_do(tmp_path, no_keras_download):
    with pytest.raises(DataError, match=r"mnist\.npz is missing.*git checkout"):
        load_mnist(tmp_path / "mnist.npz")


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "other digits"])
def test_damaged_file_says_what_to_do(tmp_path, no_keras_download, damage: str):
    path = tmp_path / "mnist.npz"
    content = DATA_FILE.read_bytes()
    if damage == "other digits":
        with np.load(DATA_FILE) as archive:
            arrays = dict(archive)
        arrays["y_test"][0] = 3
        np.savez(path, **arrays)
    else:
        path.write_bytes({"cut": content[:1_000_000], "empty": b"", "text": b"hello"}[damage])
    with pytest.raises(DataError, match="git checkout"):
        load_mnist(path)


def test_keras_own_copy_stands_in(tmp_path, monkeypatch: pytest.MonkeyPatch, mnist: Dataset):
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = (mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels)
    monkeypatch.setattr(data, "_download_with_keras", lambda: dict(zip(names, arrays, strict=True)))
    monkeypatch.setattr(data, "_load", data._load.__wrapped__)
    assert np.array_equal(load_mnist(tmp_path / "absent.npz").test_labels, mnist.test_labels)


def test_pixel_histogram_counts_every_pixel(mnist: Dataset):
    images = mnist.test_images[:2500]
    expected, _ = np.histogram(images, bins=16, range=(0, 256))
    assert exploration.pixel_histogram(images).tolist() == expected.tolist()


def test_average_digits(mnist: Dataset):
    averages = exploration.average_digits(mnist.test_images, mnist.test_labels)
    assert averages.shape == (10, 28, 28)
    expected = mnist.test_images[mnist.test_labels == 4].astype(float).mean(axis=0)
    np.testing.assert_allclose(averages[4], expected, rtol=1e-4)


def test_sample_is_of_the_class_without_repeats_and_reproducible(mnist: Dataset):
    labels = mnist.train_labels
    sample = data.sample_indices(labels, 16, seed=5, digit=7)
    assert set(labels[sample]) == {7}
    assert len(set(sample)) == 16
    assert sample.tolist() == data.sample_indices(labels, 16, seed=5, digit=7).tolist()
    assert sample.tolist() != data.sample_indices(labels, 16, seed=6, digit=7).tolist()
    assert len(data.sample_indices(labels[:10], 100, seed=0)) == 10
