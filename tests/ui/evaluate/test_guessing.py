from core.evaluation import Pair
from ui.evaluate.guessing import Guess, score


def test_a_guess_earns_points():
    pairs = [Pair(4, 9, 30), Pair(7, 2, 30), Pair(5, 3, 20), Pair(1, 8, 9), Pair(9, 0, 8), Pair(2, 6, 3)]
    assert score(pairs, 4, 9) == Guess(4, 9, count=30, points=3)
    assert score(pairs, 7, 2).points == 3, "as frequent as the first one"
    assert score(pairs, 9, 0).points == 2
    assert score(pairs, 2, 6).points == 1
    assert score(pairs, 9, 4) == Guess(9, 4, count=0, points=0)
