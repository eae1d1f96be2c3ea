from ui.compare.overview import verdict


def test_one_change_may_be_the_reason_and_several_cannot_be_told_apart():
    assert "differ in nothing that was chosen" in verdict([])
    assert "What you see is chance" in verdict(["Random seed"])
    one = verdict(["Learning rate"])
    assert "You changed one thing: **Learning rate**" in one
    assert "seed" not in one
    assert "a part of the difference is chance" in verdict(["Learning rate", "Random seed"])
    two = verdict(["Epochs", "Learning rate", "Random seed"])
    assert "You changed two things: **Epochs, Learning rate**. Nobody can tell which of them did it." in two
