"""What a fine-tuning has gained and lost, in words."""

from core.analysis.verdict import WELL_LEARNED
from core.fine_tuning.drawings import MEANINGFUL_HOLDOUT
from core.fine_tuning.outcome import FineTuning

# Losing more of the test accuracy than this is not by chance.
FORGOTTEN = 0.003


def fine_tuning_verdict(fine_tuning: FineTuning) -> str:
    """Return what the holdout drawings say of a fine-tuning, as Markdown."""
    return _class_verdict(fine_tuning) if fine_tuning.mixture else _own_verdict(fine_tuning)


def _own_verdict(fine_tuning: FineTuning) -> str:
    if fine_tuning.before is None or fine_tuning.after is None:
        return "No drawing was held out, so nothing tells whether it has improved."
    if fine_tuning.holdout_size < MEANINGFUL_HOLDOUT:
        return "Too few held-out drawings to tell. Save more drawings, then fine-tune again."
    if fine_tuning.after > fine_tuning.before:
        return "Accuracy on your handwriting has **improved**."
    if fine_tuning.after < fine_tuning.before:
        return "Accuracy on your handwriting has **fallen**. Check that each drawing has the right label."
    if fine_tuning.after >= WELL_LEARNED:
        return (
            "It was accurate on your handwriting before. It improves more from drawings that it gets wrong."
        )
    return "Accuracy on your handwriting has **not improved**. Check that each drawing has the right label."


def _class_verdict(fine_tuning: FineTuning) -> str:
    if fine_tuning.after is None:
        return "It has not been measured on the drawings that were held out."
    if fine_tuning.holdout_size < MEANINGFUL_HOLDOUT:
        return "Too few drawings were held out to tell. Train again when more people have drawn."
    if fine_tuning.before is None:
        return (
            "Compare it, on *Class*, with a network of the same settings that was trained on other data: it "
            "is measured on the drawings of the same people."
        )
    if fine_tuning.after > fine_tuning.before:
        return "It reads classmates whom it has never seen **better** than before."
    if fine_tuning.after < fine_tuning.before:
        return "It reads classmates whom it has never seen **worse** than before."
    return "It reads classmates whom it has never seen as well as before."


def has_forgotten(fine_tuning: FineTuning, test_accuracy: float) -> bool:
    """Return whether fine-tuning has cost more test accuracy than chance would."""
    return fine_tuning.test_before is not None and test_accuracy < fine_tuning.test_before - FORGOTTEN
