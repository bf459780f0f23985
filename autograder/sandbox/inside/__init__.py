"""What runs in the sandbox: one parent, and for each submission a guard and the confined child that it watches.

The parent (`python -m autograder.sandbox.inside`) imports what notebooks need, computes nothing, and forks a guard
whenever it is asked, so that a child is ready at once. A child runs cells and answers calls; it knows no expected value
and no grade, and whatever it sends is checked where it arrives. Nothing here imports the rest of the grader. Linux
only.

Messages are four bytes of length and JSON. To the parent, with three descriptors (the child's socket, the pipe for its
output, the guard's socket): {"fork": {"directory", "hidden", "public", "limits", "memory", "processes", "disk",
"sandbox"}}; back, with a descriptor of the new process: {"forked": true}. To a child: {"id": n, "run": source,
"goes_on": bool}, {"id": n, "forget": true} or {"id": n, "ask": script, "once_defined": name or "", "oracles":
[name...], "public": {module: source}, "not_by": [name...]}; back: {"id": n, "error": null | {...}, "value": null |
text} or {"id": n, "answers": {...}}, which is empty if the name has no value yet, in between {"oracle": name, "point":
plain}.

The guard's packets are JSON: {"cpu": seconds, "wall": seconds} ten times a second, and {"ended": how} as its last word.
A byte to it interrupts the child, and the end of the stream ends the child.
"""
