"""Five experiments about data, each a series of small trainings of a few minutes."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from core.data import CLASSES
from core.recipe import Recipe
from core.series.experiment import Experiment, Finding
from core.series.series import (
    TEST_ACCURACY,
    TRAINING_ACCURACY,
    VALIDATION_ACCURACY,
    Arm,
    Measure,
    Results,
    Series,
    points,
    results_of,
)
from core.test_sets.confusion import EMPLOYEES, EVERYONE, STUDENTS

# One of 64 units learns in seconds what there is to see here.
SMALL = Recipe(hidden_units=(64,), activation="relu", epochs=8, batch_size=100, train_size=20_000)
SEEDS = 3
# The digit that nobody shows the network.
UNSEEN = 9
# Images are enough for this test accuracy.
ENOUGH = 0.9
# Few images are shown more often: in as few steps as they make in eight epochs nothing is learned.
EPOCHS_BY_IMAGES = MappingProxyType({100: 100, 300: 60, 1000: 40, 3000: 25, 10_000: 15, 30_000: 8})
NOISE = (0.0, 0.1, 0.2, 0.3, 0.4)
# Whom a seed draws changes validation accuracy by a point: more of them than elsewhere are worth it.
VALIDATION_SEEDS = 5
_VALIDATION_GUESSES = ("Not higher", "About one percentage point", "Two points or more")
_TIMES_GUESSES = ("About as many", "About 1.5 times as many", "Twice as many or more")


def _recipe(**changes: Any) -> Recipe:
    return dataclasses.replace(SMALL, **changes)


def _accuracy_on(
    label: str, group: str = EVERYONE, digits: tuple[int, ...] = tuple(range(CLASSES))
) -> Measure:
    """Return the measure of the accuracy on some of the test images."""
    return Measure(
        label,
        lambda result: result.test_confusion.accuracy(group, digits) if result.test_confusion else None,
    )


def _means(series: Series, results: Results) -> Mapping[tuple[str, int], float]:
    """Return the mean of each measure of each arm, by its label and the number of the measure."""
    labels = [measure.label for measure in series.measures]
    return {(point.arm, labels.index(point.measure)): point.mean for point in points(series, results)}


def _nists_mistake() -> Experiment:
    arms = {"Employees'": "employees", "Students'": "students", "Half of each": "everyone"}
    return Experiment(
        "NIST's mistake",
        "NIST collected digits by employees of the Census Bureau for training, and by high-school students "
        "for testing. Three networks learn from 20,000 digits each: from employees', from students', or from "
        "half of each. How many errors does the first one make on students' test digits, compared with the "
        "last one?",
        _TIMES_GUESSES,
        Series(
            "Experiment: NIST's mistake",
            "Trained on 20,000 digits",
            tuple(Arm(label, _recipe(writers=writers)) for label, writers in arms.items()),
            (
                _accuracy_on("Accuracy on students' test digits", STUDENTS),
                _accuracy_on("On employees' test digits", EMPLOYEES),
            ),
            SEEDS,
            ordered=False,
        ),
        _find_nists_mistake,
        "A network reads best what looks like its training data. NIST's test set looked different from its "
        "training set: other people, other forms, other scans. So MNIST mixes the two, which is what its M "
        "stands for. This says nothing about how well anybody writes.",
    )


def _find_nists_mistake(series: Series, results: Results) -> Finding:
    employees, _, mixed = (arm.label for arm in series.arms)
    means = _means(series, results)
    errors, fewer = 1 - means[employees, 0], 1 - means[mixed, 0]
    times = errors / max(fewer, 1e-9)
    return Finding(
        _TIMES_GUESSES[0 if times < 1.25 else 1 if times < 1.75 else 2],
        f"Trained on employees' digits, the network misreads {errors:.1%} of the students' test digits; "
        f"trained on half of each, {fewer:.1%}. That is {times:.1f} times as many errors.",
    )


def _how_many_images() -> Experiment:
    sizes = {f"{images:,}": images for images in EPOCHS_BY_IMAGES}
    return Experiment(
        "How many images are enough?",
        f"How many training images does a small network need until it reads {ENOUGH:.0%} of the test images "
        "correctly?",
        (*sizes, "More"),
        Series(
            "Experiment: how many images",
            "Training images",
            tuple(
                Arm(label, _recipe(train_size=images, epochs=EPOCHS_BY_IMAGES[images], batch_size=32))
                for label, images in sizes.items()
            ),
            (TEST_ACCURACY, TRAINING_ACCURACY),
            SEEDS,
        ),
        _find_how_many_images,
        "Each step to about three times as many images makes fewer errors, but each gains less than the one "
        "before: the last points are the expensive ones. With few images, training accuracy is 100%: the "
        "network has memorized them (overfitting). Small sets are shown for more epochs here, because they "
        "have fewer batches per epoch.",
    )


def _find_how_many_images(series: Series, results: Results) -> Finding:
    means = _means(series, results)
    enough = (arm.label for arm in series.arms if means[arm.label, 0] >= ENOUGH)
    first, last = series.arms[0].label, series.arms[-1].label
    answer = next(enough, "More")
    reached = "No training set was large enough" if answer == "More" else f"{answer} images are enough"
    return Finding(
        answer,
        f"{reached} for a test accuracy of {ENOUGH:.0%}. It is {means[first, 0]:.1%} with {first} images and "
        f"{means[last, 0]:.1%} with {last}.",
    )


def _wrong_labels() -> Experiment:
    return Experiment(
        "Wrong labels",
        "Part of the training labels is made wrong at random. How many of the test images does a network "
        "still read correctly if 40% of its training labels are wrong?",
        ("Less than 60%", "60 to 80%", "80 to 90%", "More than 90%"),
        Series(
            "Experiment: wrong labels",
            "Wrong training labels",
            tuple(Arm(f"{share:.0%}", _recipe(label_noise=share)) for share in NOISE),
            (TEST_ACCURACY, TRAINING_ACCURACY),
            SEEDS,
        ),
        _find_wrong_labels,
        "Labels that are wrong at random point in nine directions, so for each kind of digit the right label "
        "is still the most frequent one. Training accuracy falls with the share of wrong labels, because it "
        "counts them as right answers: a network that reached 100% here would have memorized the errors. Mix "
        "up only two digits (*Data* in the settings): errors that all point the same way hurt more.",
    )


def _find_wrong_labels(series: Series, results: Results) -> Finding:
    means = _means(series, results)
    clean, noisy = means[series.arms[0].label, 0], means[series.arms[-1].label, 0]
    bounds = (0.6, 0.8, 0.9)
    answers = ("Less than 60%", "60 to 80%", "80 to 90%", "More than 90%")
    return Finding(
        answers[sum(noisy >= bound for bound in bounds)],
        f"With {series.arms[-1].label} wrong labels test accuracy is {noisy:.1%}, with correct ones "
        f"{clean:.1%}.",
    )


def _unseen_digit() -> Experiment:
    others = tuple(digit for digit in range(CLASSES) if digit != UNSEEN)
    return Experiment(
        "A digit nobody showed it",
        f"A network is never shown a {UNSEEN} in training. What is its most frequent answer to the {UNSEEN}s "
        "of the test set?",
        ("3", "4", "7", "8", "Another digit"),
        Series(
            "Experiment: an unseen digit",
            "Trained on",
            (Arm("All ten digits", _recipe()), Arm(f"All but {UNSEEN}", _recipe(left_out=(UNSEEN,)))),
            (
                _accuracy_on("Accuracy on the other nine digits", digits=others),
                _accuracy_on(f"On {UNSEEN}s", digits=(UNSEEN,)),
            ),
            SEEDS,
            ordered=False,
        ),
        _find_unseen_digit,
        "The ten class probabilities always sum to 100%: a classifier has no way to say that it doesn't "
        "know. So it names the digit that looks most like what it sees, often with a high confidence. "
        "Predict therefore has a detector for what is not a digit.",
    )


def _find_unseen_digit(series: Series, results: Results) -> Finding:
    confusions = [result.test_confusion for result in results_of(series, series.arms[1], results)]
    shares = np.mean([confusion.answers(UNSEEN) for confusion in confusions if confusion], axis=0)
    first, second = np.argsort(shares)[::-1][:2]
    answer = str(first) if str(first) in ("3", "4", "7", "8") else "Another digit"
    means = _means(series, results)
    with_it, without = (means[arm.label, 0] for arm in series.arms)
    return Finding(
        answer,
        f"It answers {first} to {shares[first]:.0%} of the {UNSEEN}s, and {second} to {shares[second]:.0%}. "
        f"On the other nine digits its accuracy is {without:.1%}; with all ten digits in training it is "
        f"{with_it:.1%}.",
    )


def _validation() -> Experiment:
    split = {"writers": "students", "train_size": 60_000, "validation_share": 0.2}
    arms = {"The same people": "images", "New people": "writers"}
    return Experiment(
        "Who is in the validation split?",
        "Validation accuracy is meant to say how well a network reads the digits of people whom it does not "
        "know. Networks learn from students' digits and are validated on a fifth that is held out: further "
        "digits by the same people, or all digits of some people. How much higher is validation accuracy "
        "with the same people?",
        _VALIDATION_GUESSES,
        Series(
            "Experiment: validation split",
            "Validated on digits by",
            tuple(Arm(label, _recipe(validation_by=unit, **split)) for label, unit in arms.items()),
            (VALIDATION_ACCURACY, _accuracy_on("Accuracy on students' test digits", STUDENTS)),
            VALIDATION_SEEDS,
            ordered=False,
        ),
        _find_validation,
        "Everybody has a handwriting. Where the same people are on both sides of a split, the network is "
        "asked about handwriting that it knows, so validation accuracy is too high for new people: data "
        "leakage. A split by writer (grouped split) holds out new people. It varies more from seed to seed, "
        "because the seed draws the people. Test accuracy depends on the people of the test set in the same "
        "way, so the two need not agree.",
    )


def _find_validation(series: Series, results: Results) -> Finding:
    means = _means(series, results)
    same, new = (means[arm.label, 0] for arm in series.arms)
    higher = same - new
    return Finding(
        _VALIDATION_GUESSES[(higher >= 0.003) + (higher >= 0.02)],
        f"Validated on the same people, validation accuracy is {same:.1%}; on new people, {new:.1%}. That is "
        f"{abs(100 * higher):.1f} percentage points {'higher' if higher >= 0 else 'lower'} with the same "
        "people.",
    )


# By their name in the store.
EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType(
    {
        "nist": _nists_mistake(),
        "images": _how_many_images(),
        "labels": _wrong_labels(),
        "unseen": _unseen_digit(),
        "validation": _validation(),
    }
)
