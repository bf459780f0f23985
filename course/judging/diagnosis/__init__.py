"""Why a learner's answers are wrong: what the numbers show, and what the text of the code says.

naming       which known mistake, or which two together, give these numbers
evidence     what was asked with what, and what came back
source       facts that are read from the text of the code; facts: the sentences about them
degenerate   answers in which no rule is at work: they are told first, and have no name
findings     what is sure without a name: factors (a constant factor, a direction), weights (how much each
             input counts), situations (where it is wrong), exceptions (what a raised error means), nearly
             (right but for a few entries or digits); several has calls side by side
following    criteria that are not met because another one is not
uses         the same for a class, by the ways in which it is used
messages     a TP's own sentences, each a predicate on the evidence with its words
manners      what is wrong beside the numbers: inputs changed, memory shared, integers rounded
fingerprints known mistakes as a few sums each, for the check in the notebook
"""

from course.judging.diagnosis.naming import Fit, diagnosed

__all__ = ["Fit", "diagnosed"]
