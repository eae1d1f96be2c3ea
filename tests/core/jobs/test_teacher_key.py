"""Who is let in with the operator's key, and who has tried too often."""

import pytest

from core.jobs.teacher_key import MAX_WRONG, MAX_WRONG_OF_ALL, PAUSE_SECONDS, KeyGuard, KeyRefusedError

KEY = "a long random text"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guard(clock: Clock) -> KeyGuard:
    return KeyGuard(clock)


def refuse(guard: KeyGuard, owner: str, known: bool = False, said: str = "guess", key: str = KEY) -> str:
    with pytest.raises(KeyRefusedError) as refused:
        guard.check(said, key, owner, known)
    return str(refused.value)


@pytest.mark.parametrize("said", ["", "guess", KEY[:-1], KEY + " ", "ключ"])
def test_only_the_key_lets_in(guard: KeyGuard, said: str):
    assert refuse(guard, "ann", said=said) == "This is not the key."
    guard.check(KEY, KEY, "ann", known=False)


def test_without_a_key_nobody_is_let_in(guard: KeyGuard):
    assert refuse(guard, "ann", said="", key="") == "This is not the key."


def test_one_visitor_has_some_tries_and_others_have_theirs(guard: KeyGuard, clock: Clock):
    for _ in range(MAX_WRONG):
        refuse(guard, "eve")
    assert "Too many wrong keys" in refuse(guard, "eve", said=KEY)
    guard.check(KEY, KEY, "ann", known=False)
    clock.now += PAUSE_SECONDS
    guard.check(KEY, KEY, "eve", known=False)


def test_many_visitors_together_have_some_tries_and_do_not_lock_out_the_teacher(
    guard: KeyGuard, clock: Clock
):
    for number in range(MAX_WRONG_OF_ALL):
        assert refuse(guard, f"nobody {number}") == "This is not the key."
    assert "Too many wrong keys" in refuse(guard, "another nobody", said=KEY)
    guard.check(KEY, KEY, "ann", known=True)
    for _ in range(MAX_WRONG):
        refuse(guard, "bob", known=True)
    assert "Too many wrong keys" in refuse(guard, "bob", known=True, said=KEY), "who is known has few, too"
    clock.now += PAUSE_SECONDS
    guard.check(KEY, KEY, "another nobody", known=False)
