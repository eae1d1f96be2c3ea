"""The test set in two halves."""

import dataclasses

import numpy as np

from core.data import is_student
from core.test_sets.halves import Part, TestAnswers, part_of, places, words


def test_the_halves_share_no_image_and_no_writer_and_are_alike(mnist):
    opened, sealed = (part_of(mnist, part) for part in (Part.OPEN, Part.SEALED))
    assert len(opened.test_labels) == len(sealed.test_labels) == 5000
    assert len({*places(mnist, Part.OPEN), *places(mnist, Part.SEALED)}) == 10_000
    assert not set(opened.test_writers) & set(sealed.test_writers)
    students = [int(is_student(half.test_writers).sum()) for half in (opened, sealed)]
    assert abs(students[0] - students[1]) < 20
    digits = np.bincount(opened.test_labels) - np.bincount(sealed.test_labels)
    assert np.abs(digits).max() < 50
    np.testing.assert_array_equal(opened.test_images[7], mnist.test_images[places(mnist, Part.OPEN)[7]])


def test_neither_half_is_easier_for_the_bundled_networks(mnist, store):
    for run in store.bundled():
        assert abs(run.open_accuracy - run.test_accuracy) < 0.001, run.id
    seen = store.seen(Part.OPEN)
    assert [run.test_accuracy for run in seen.bundled()] == [run.open_accuracy for run in store.bundled()]


def test_without_the_writers_the_halves_are_still_the_same_each_time(mnist):
    unknown = dataclasses.replace(mnist, test_writers=None)
    half = places(unknown, Part.OPEN)
    assert len(half) == 5000
    np.testing.assert_array_equal(half, places(dataclasses.replace(unknown), Part.OPEN))


def test_answers_are_scored_on_the_open_half_alone(mnist):
    answers = mnist.test_labels.astype(int)
    answers[places(mnist, Part.SEALED)] += 1
    assert TestAnswers.of(answers, mnist).open_accuracy == 1
    assert words(Part.OPEN) == f"{len(places(mnist, Part.OPEN)):,} open test images"
