"""What the Keras script of a run leaves out, and which runs have none."""

from core.store.run import IMPORTED, Run, RunState


def why_no_script(run: Run) -> str:
    """Return why no script makes the network of a run, as a sentence; empty if one does."""
    if run.fine_tuning and run.fine_tuning.mixture:
        return "There is no script for this run: it was trained for a class, whose drawings are not in it."
    if run.fine_tuning:
        return (
            "There is no script for a fine-tuned run: it starts from another network and is trained on "
            "drawings that only their owner has."
        )
    if run.operation:
        return "There is no script for this run: its network was changed by hand after the training."
    return ""


def left_out(run: Run) -> tuple[str, ...]:
    """Return in what a run differs from the script of its recipe, a sentence each."""
    sentences = []
    if IMPORTED in run.versions:
        sentences.append("It was imported from a run bundle, which says how it was trained.")
    if run.parent:
        sentences.append(
            f"It continued another run after epoch {run.parent_epochs}; the script trains all "
            f"{run.recipe.epochs} epochs at once."
        )
    if run.steered:
        sentences.append(run.steered)
    if run.state in (RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED):
        sentences.append(f"It ended after {run.epochs_done} of {run.recipe.epochs} epochs.")
    return tuple(sentences)
