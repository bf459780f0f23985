"""Why a learner's answers are wrong, from the numbers alone.

naming       which known mistake, or which two together, give these numbers
evidence     what was asked with what, and what came back
findings     what is sure without a name: factors (a constant factor, a direction), weights (how much each
             input counts), situations (where it is wrong), exceptions (what a raised error means)
uses         the same for a class, by the ways in which it is used
messages     a TP's own sentences, each a predicate on the evidence with its words
manners      what is wrong beside the numbers: inputs changed, memory shared, integers rounded
fingerprints known mistakes as a few sums each, for the check in the notebook
"""

from course.judging.diagnosis.naming import Fit, diagnosed

__all__ = ["Fit", "diagnosed"]
