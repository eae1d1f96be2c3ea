from core.evaluation import Confusion
from ui.evaluate.guessing import Guess, score


def test_a_guess_earns_points():
    counts = {(4, 9): 30, (7, 2): 30, (5, 3): 20, (1, 8): 9, (9, 0): 8, (2, 6): 3}
    confusions = [Confusion(*digits, count) for digits, count in counts.items()]
    assert score(confusions, 4, 9) == Guess(4, 9, count=30, points=3)
    assert score(confusions, 7, 2).points == 3, "as frequent as the first one"
    assert score(confusions, 9, 0).points == 2
    assert score(confusions, 2, 6).points == 1
    assert score(confusions, 9, 4) == Guess(9, 4, count=0, points=0)
