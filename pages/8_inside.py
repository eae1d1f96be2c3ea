"""Inside: one digit goes through the network, and every number on its way can be looked at."""

import streamlit as st

from core.inspection.network import InspectionError
from core.store.database import StoreError
from core.store.run import RunError
from ui import chrome, links, resources
from ui.inside import show, subject
from ui.run_picker import pick

row = chrome.begin(
    "Look inside",
    "One image goes through the network, from its pixels through all layers to ten probabilities. "
    "Choose any unit to see what it multiplies and adds up, and how one step of training changes it.",
    "A network is no magic: it multiplies, adds, and bends the sums with an activation function. Every "
    "number here is calculated with NumPy alone, and equals what Keras gives.",
)
resources.mnist()
with row:
    run = pick("inside_model", default="article")
links.check([show.VIEW, subject.SETTING])
try:
    network = show.network(run.id)
except (RunError, StoreError, InspectionError) as error:
    st.error(str(error), icon=":material/error:")
    st.stop()
show.show(run, network)
links.copy_link("inside", [show.VIEW], model=run.id, image=show.image_address())
with st.expander("The whole network from scratch, in NumPy", icon=":material/code:", key="inside_scratch"):
    st.markdown("Sixty lines train the article network without Keras, to 94% on the test images.")
    chrome.show_example("from_scratch")

chrome.end(
    "inside",
    [
        "Press *Next error*. Which units speak for the wrong digit?",
        "Choose the most important unit. What does it look for? Do its weights look like a digit?",
        "Compare the article network with the one without a hidden layer: what do its weights look like?",
        "Draw a digit on Predict, come back, and watch the film: after which epoch does the network know it?",
        "*Operate*: how many weights, bits, and units can go before the network reads badly?",
        "*Map*: compare the pixels with the last layer. Where do the errors lie?",
        "Do one step with a learning rate of 1, then with 0.001. When does the loss fall most?",
    ],
    following="6_teach.py",
)
