"""What the Keras script of a run leaves out, and which runs have none."""

from core.store.run import Run, RunState


def why_no_script(run: Run) -> str:
    """Return why no script makes the network of a run, as a sentence; empty if one does."""
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
