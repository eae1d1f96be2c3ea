"""A glossary of metrics: the formula of each and two sentences on it.

The lines that compute it are the cell of the same name in ``examples/metrics.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Metric:
    """A metric in words.

    Attributes
    ----------
    title : str
    formula : str
        In LaTeX.
    text : str
        Two sentences: what it says, and what to mind.
    """

    title: str
    formula: str
    text: str


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "accuracy": Metric(
            "Accuracy and its interval",
            r"\frac{\hat p + \frac{z^2}{2n} \pm z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4 n^2}}}"
            r"{1 + \frac{z^2}{n}}, \quad \hat p = \frac{\text{right}}{n}, \; z = 1.96",
            "The accuracy p is the share of images read right; on other images of the same kind it "
            "would be a little different, and of a hundred such intervals (Wilson, 1927) 95 hold the true "
            "value. It tells nothing about images of another kind, such as your own drawings.",
        ),
        "digits": Metric(
            "Precision, recall and F1",
            r"\text{precision} = \frac{\text{right}}{\text{answered so}}, \quad"
            r"\text{recall} = \frac{\text{right}}{\text{are so}}, \quad F_1 = \frac{2 \, P \, R}{P + R}",
            "Precision asks how many of the images read as a digit are it, and recall how many images of "
            "the digit are found. A network that often says Eight has a high recall for "
            "Eights and a low precision, and F1 is high only if both are.",
        ),
        "spread": Metric(
            "Several seeds",
            r"\bar a = \frac{1}{k} \sum_i a_i, \quad s = \sqrt{\frac{1}{k - 1} \sum_i (a_i - \bar a)^2}",
            "The seed decides the first weights and the order of the images, so the same recipe ends at "
            "another accuracy with each. A difference between two recipes that is smaller than this range "
            "may be nothing but luck.",
        ),
        "mcnemar": Metric(
            "Two networks on the same images: McNemar's test",
            r"p = \min\left(1, \; 2 \sum_{k \le \min(b, c)} \binom{b + c}{k} \frac{1}{2^{\,b + c}}\right)",
            "Only images count that exactly one network reads right: b for the first, c for the second, "
            "and if both were equally good each would be the toss of a coin. The p-value says how often "
            "coins fall at least this unequally; below 5% we call the difference more than chance.",
        ),
        "confusions": Metric(
            "Confusion matrix",
            r"C_{ij} = \left| \{ \text{images of digit } i \text{ that are read as } j \} \right|",
            "Row i holds all images of a digit, column j all images with the same answer, and right "
            "answers lie on the diagonal. The largest number beside the diagonal is the most frequent "
            "confusion.",
        ),
        "reliability": Metric(
            "Reliability and expected calibration error",
            r"\text{ECE} = \sum_{b} \frac{n_b}{n} \left| \text{accuracy}_b - \text{confidence}_b \right|",
            "All answers are sorted into 15 steps of confidence, and in each the share of right answers is "
            "compared with the average confidence. The error is the gap, averaged over all answers "
            "(Naeini et al. 2015): 0 for a network that is exactly as sure as it is right.",
        ),
        "temperature": Metric(
            "Temperature",
            r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}, \quad"
            r"T = \arg\min_T \; -\sum_n \log p_{n, \, y_n}",
            "Dividing the scores z before the softmax by one number T makes all answers less sure "
            "(T above 1) or surer (below 1) and changes none of them (Guo et al. 2017). T is fitted on "
            "training images that the weights have not learned from, never on the test images.",
        ),
        "refusals": Metric(
            "“I don't know”",
            r"\text{answered} = \frac{|\{\text{confidence} \ge t\}|}{n}, \quad"
            r"\text{accuracy} = \frac{|\{\text{confidence} \ge t, \text{ right}\}|}"
            r"{|\{\text{confidence} \ge t\}|}",
            "Below a threshold t the network keeps silent, and a person has to look. The higher t is, the "
            "fewer images are answered, and the more of these answers are right.",
        ),
        "distortion": Metric(
            "Accuracy under disturbance",
            r"a(s) = \frac{1}{n} \left| \{ \, i : f(d_s(x_i)) = y_i \, \} \right|",
            "Every image x is disturbed by the strength s and shown to the network f again. "
            "The band is Wilson's 95% interval, and one who reads the digits "
            "by eye hardly notices most of these changes.",
        ),
        "gradient": Metric(
            "Fast gradient sign",
            r"x' = \text{clip}\left(x + \varepsilon \, \text{sign}\left(\nabla_x"
            r"\left(-\log p_y(x)\right)\right), 0, 255\right)",
            "Every pixel is changed by the same small amount ε, in the direction that makes the network's "
            "error grow (Goodfellow et al. 2015). Noise of the same size points nowhere in particular, "
            "and the gap between both curves is what aiming is worth.",
        ),
        "corrected": Metric(
            "Score on corrected labels",
            r"\text{accuracy}^* = \frac{|\{ \, i \in K : \hat y_i = y^*_i \, \}|}{|K|}, \quad |K| = 9995",
            "Ten labels are replaced by the digit that most of five people saw, and the five images on "
            "which they did not agree on a digit are left out. So few images move the score by "
            "0.15 percentage points at most: it matters only among the best networks.",
        ),
        "guessing": Metric(
            "Test error",
            r"\text{error} = 1 - \text{accuracy}",
            "Close to the top it is easier to compare errors than accuracies: from 99.0% to 99.5% the "
            "error is halved. All results here are on the same 10,000 test images.",
        ),
        "strokes": Metric(
            "Thickness, slant and size",
            r"\text{thickness} = \frac{2 \cdot \text{ink}}{\text{outline}}, \quad"
            r"\text{slant} = \arctan \frac{-\text{cov}(x, y)}{\text{var}(y)}, \quad"
            r"\text{size} = \text{width} \cdot \text{height}",
            "The outline is the sum of all slopes of the picture, and the slant comes from how the place of "
            "the ink to the right goes along with its height. MNIST brought the longer side of every "
            "digit to 20 pixels, so a small digit is a slim one.",
        ),
    }
)
