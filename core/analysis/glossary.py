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
            "Accuracy and its confidence interval",
            r"\frac{\hat p + \frac{z^2}{2n} \pm z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4 n^2}}}"
            r"{1 + \frac{z^2}{n}}, \quad \hat p = \frac{\text{correct}}{n}, \; z = 1.96",
            "The accuracy p is the share of images classified correctly; on other images from the same "
            "source it would be slightly different, and 95 of 100 such intervals (Wilson, 1927) contain the "
            "true value. It says nothing about images from another source, such as your own drawings.",
        ),
        "digits": Metric(
            "Precision, recall and F1",
            r"\text{precision} = \frac{\text{true positives}}{\text{predicted as the class}}, \quad"
            r"\text{recall} = \frac{\text{true positives}}{\text{images of the class}}, \quad"
            r"F_1 = \frac{2 \, P \, R}{P + R}",
            "Precision: of the images predicted as a digit, how many really are it; recall: of the images of "
            "a digit, how many are found. A network that predicts 8 too often has a high recall and a low "
            "precision for 8, and F1 is high only if both are.",
        ),
        "spread": Metric(
            "Mean and standard deviation over seeds",
            r"\bar a = \frac{1}{k} \sum_i a_i, \quad s = \sqrt{\frac{1}{k - 1} \sum_i (a_i - \bar a)^2}",
            "The random seed decides the initial weights and the order of the images, so the same recipe "
            "gives a slightly different accuracy with every seed. A difference between two recipes that is "
            "smaller than this variation may be chance.",
        ),
        "mcnemar": Metric(
            "McNemar's test",
            r"p = \min\left(1, \; 2 \sum_{k \le \min(b, c)} \binom{b + c}{k} \frac{1}{2^{\,b + c}}\right)",
            "Only images count that exactly one model classifies correctly: b by the first, c by the second, "
            "and if both were equally good, each would be like a coin toss. The p-value is the probability "
            "of a split at least this unequal; below 0.05 we call the difference statistically significant.",
        ),
        "confusions": Metric(
            "Confusion matrix",
            r"C_{ij} = \left| \{ \text{images with true label } i \text{ and predicted label } j \} \right|",
            "Row i holds all images of one class, column j all images with the same prediction, and correct "
            "predictions lie on the diagonal. The largest number off the diagonal is the most frequent "
            "confusion.",
        ),
        "reliability": Metric(
            "Reliability diagram and expected calibration error (ECE)",
            r"\text{ECE} = \sum_{b} \frac{n_b}{n} \left| \text{accuracy}_b - \text{confidence}_b \right|",
            "All predictions are sorted into 15 bins of confidence, and in each bin the accuracy is compared "
            "with the mean confidence. The ECE is the gap between them, averaged over all predictions "
            "(Naeini et al. 2015): 0 for a perfectly calibrated network.",
        ),
        "temperature": Metric(
            "Temperature scaling",
            r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}, \quad"
            r"T = \arg\min_T \; -\sum_n \log p_{n, \, y_n}",
            "Dividing the logits z before the softmax by one number T makes every confidence lower (T above "
            "1) or higher (T below 1) and changes no prediction (Guo et al. 2017). T is fitted on training "
            "images that were held out, never on the test images.",
        ),
        "refusals": Metric(
            "Coverage and accuracy with rejection",
            r"\text{coverage} = \frac{|\{\text{confidence} \ge t\}|}{n}, \quad"
            r"\text{accuracy} = \frac{|\{\text{confidence} \ge t, \text{ correct}\}|}"
            r"{|\{\text{confidence} \ge t\}|}",
            "Below the threshold t the network abstains and a person decides. The higher t is, the lower is "
            "the coverage, and the higher is the accuracy on the answered images.",
        ),
        "distortion": Metric(
            "Accuracy on distorted images",
            r"a(s) = \frac{1}{n} \left| \{ \, i : f(d_s(x_i)) = y_i \, \} \right|",
            "Every image x is distorted with strength s and classified by the network f again. "
            "The band is Wilson's 95% interval, and a human hardly notices most of these changes.",
        ),
        "gradient": Metric(
            "Fast gradient sign method (FGSM)",
            r"x' = \text{clip}\left(x + \varepsilon \, \text{sign}\left(\nabla_x"
            r"\left(-\log p_y(x)\right)\right), 0, 255\right)",
            "Every pixel is changed by the same small amount ε, in the direction that increases the "
            "network's loss (Goodfellow et al. 2015). Random noise of the same size has no such direction, "
            "and the gap between the curves is the effect of the attack.",
        ),
        "corrected": Metric(
            "Accuracy on corrected labels",
            r"\text{accuracy}^* = \frac{|\{ \, i \in K : \hat y_i = y^*_i \, \}|}{|K|}, \quad |K| = 9995",
            "10 labels are replaced by the digit that most of 5 annotators saw, and the 5 images on "
            "which they did not agree are left out. So few images change the accuracy by at most "
            "0.15 percentage points: that matters only among the best networks.",
        ),
        "guessing": Metric(
            "Test error",
            r"\text{error} = 1 - \text{accuracy}",
            "Close to 100% it is easier to compare errors than accuracies: from 99.0% to 99.5% the "
            "error is halved. All results here are on the same 10,000 test images.",
        ),
        "strokes": Metric(
            "Stroke thickness, slant and size",
            r"\text{thickness} = \frac{2 \cdot \text{ink}}{\text{outline}}, \quad"
            r"\text{slant} = \arctan \frac{-\text{cov}(x, y)}{\text{var}(y)}, \quad"
            r"\text{size} = \text{width} \cdot \text{height}",
            "The ink is the sum of all pixel values, the outline the sum of all gradients of the image, and "
            "the slant comes from the covariance of the ink's columns and rows. MNIST scaled the longer side "
            "of every digit to 20 pixels, so a small digit is a slim one.",
        ),
        "writers": Metric(
            "Accuracy by writer and the binomial band",
            r"P(k \text{ errors in } n \text{ digits}) = \binom{n}{k} \, e^k (1 - e)^{n - k}",
            "With an error rate e that is the same for everybody, people would still differ by chance, and "
            "most with few digits: at each rank, the band holds 95% of 1,000 such draws, sorted as the dots "
            "are. A few dots outside are still chance; many of them, or far outside, mean that some people's "
            "digits are harder for this network.",
        ),
    }
)
