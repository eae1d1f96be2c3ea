"""Train beside the program, and find the run again tomorrow."""

import time

from core.jobs.scheduler import Scheduler
from core.recipe import Recipe
from core.store.runs import RunStore

# A file in the folder "store", or any database that DIGIT_LAB_STORE names.
store = RunStore()
queue = Scheduler(store).queue
recipe = Recipe(hidden_units=(50,), epochs=2, batch_size=100, train_size=10_000)
run = queue.enqueue(recipe, owner="me", name="From a script")

while (run := store.get(run.id)).state.active:
    print(f"{run.state} {run.progress:.0%}")
    time.sleep(1)

for epoch in store.history(run.id):
    print(f"epoch {epoch.number}: accuracy {epoch.accuracy:.1%}")
for run in store.runs(limit=5):
    print(run.label, run.state, run.test_accuracy)
