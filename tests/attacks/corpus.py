"""The attacks, as data. To add one, add one entry to ATTACKS.

A submission of an attacker holds what is honest (one exercise right, one known mistake, a class that cannot be taken up
again, the rest unwritten) and the attack; its twin is a right submission that does the honest thing that looks most
like it. Payloads print REACHED, in a cell, when they got what they must not have. They may use `@ROOT@` (the
classroom), `@HOUSE@` (the checkout), `@CODE@` (the grader's code), `@TP@` (the TP's folder), `@OUT@` (a folder outside),
`@PORT@` (a listener on loopback), `@SLEEP@` (what a left process would sleep).
"""

# ruff: noqa: E501  payloads are easier to read whole

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from nbformat import NotebookNode

Mangle = Callable[[NotebookNode], "NotebookNode | str | bytes"]

TRY = """
def reached(what, attempt):
    try:
        if attempt() is False:
            return
    except BaseException:
        return
    print("REACHED", what)
"""


@dataclass(frozen=True)
class Attack:
    """One way to cheat, to reach out or to break the run, and the honest thing beside it.

    `cells` are put before the first exercise, `last` after the last one, `solutions` in place of solution cells,
    `mangle` is done to the notebook as a whole (a text or bytes replace the file); `twin_...` the same for the twin.
    `partly`: the exercise in which it may earn something, but not everything, by what is right in it. `stumbles`: its
    code ends in an error of a kind that tells of a mistake, and is meant to.
    """

    name: str
    tries: str
    cells: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    solutions: dict[str, str] = field(default_factory=dict)
    mangle: Mangle | None = None
    twin_cells: tuple[str, ...] = ()
    twin_solutions: dict[str, str] = field(default_factory=dict)
    twin_mangle: Mangle | None = None
    partly: str = ""
    stumbles: bool = False


def cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """A cell by its grade id."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def edited(grade_id: str, change: Callable[[NotebookNode], object]) -> Mangle:
    """Do something to one cell."""

    def mangle(notebook: NotebookNode) -> NotebookNode:
        change(cell(notebook, grade_id))
        return notebook

    return mangle


def everywhere(change: Callable[[NotebookNode], object]) -> Mangle:
    """Do something to every cell."""

    def mangle(notebook: NotebookNode) -> NotebookNode:
        for each in notebook.cells:
            change(each)
        return notebook

    return mangle


def written(text: str) -> Mangle:
    """Give this text as the written answer."""
    return edited("written_comparison", lambda c: c.update(source=text))


def many_cells(count: int, source: str) -> Mangle:
    """Add many cells."""

    def mangle(notebook: NotebookNode) -> NotebookNode:
        one = NotebookNode(cell_type="code", source=source, metadata={}, outputs=[], execution_count=None)
        notebook.cells += [copy.deepcopy(one) for _ in range(count)]
        return notebook

    return mangle


def merge(ours: NotebookNode, theirs: NotebookNode, distinct: bool = False) -> str:
    """A file that git could not merge."""
    for number, each in enumerate([*ours.cells, *theirs.cells] if distinct else []):
        each.metadata["number"] = number
    sides = [json.dumps(ours, indent=1), "\n=======\n", json.dumps(theirs, indent=1)]
    return f"<<<<<<< HEAD\n{''.join(sides)}\n>>>>>>> other\n"


# --- lying about the answers ---

GRAB_SOCKETS = """
import gc, json, os, socket
def send(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            os.write(fd, len(body).to_bytes(4, "big") + body) if fd > 2 else None
        except OSError:
            pass
"""
# What serves the process, found by its frame. In a function: the statements of a cell run one by one.
SERVER = """
import sys
def by_frame():
    frame = sys._getframe()
    while type(frame.f_locals.get('self')).__name__ != 'Child':
        frame = frame.f_back
    return frame.f_locals['self']
server = by_frame()
def names(message):
    return [op['answer'] for op in message['ask'] if 'answer' in op]
"""
RIGHT_LOOKING = """
import numpy as np
from course.judging.scripts import plain
ones = np.ones(5)
"""
LIES: list[Attack] = [
    Attack(
        "ast-transformer",
        "drop every assert and raise before cells are compiled",
        (
            "import ast\nclass Drop(ast.NodeTransformer):\n"
            "    def visit_Assert(self, node): return ast.Pass()\n    visit_Raise = visit_Assert\n"
            "get_ipython().ast_transformers.append(Drop())",
        ),
        twin_cells=("import ast\nassert ast.parse('1').body",),
    ),
    Attack(
        "input-transformer",
        "rewrite the tests' text before it is run",
        ("get_ipython().input_transformers_cleanup.append(lambda lines: [l for l in lines if 'assert' not in l])",),
        twin_cells=("%matplotlib inline\nprint('a magic is an input transformer too')",),
    ),
    Attack(
        "patched-numpy",
        "comparisons that always agree",
        (
            "import numpy as np, numpy.testing as t\n"
            "for name in ('allclose', 'array_equal', 'isclose'):\n    setattr(np, name, lambda *a, **k: True)\n"
            "for name in dir(t):\n    if name.startswith('assert'): setattr(t, name, lambda *a, **k: None)",
        ),
        twin_cells=("import numpy.testing as t\nt.assert_allclose(0.1 + 0.2, 0.3)",),
    ),
    Attack(
        "patched-check",
        "replace the notebook's check by one that agrees",
        (
            "import course.judging, course.judging.checks, course.judging.verdict\n"
            "class Yes:\n    def required(self): return None\n    passed = True\n"
            "course.judging.checks.check = course.judging.check = check = lambda *a, **k: Yes()\n"
            "course.judging.checks.judge = course.judging.verdict.judge = lambda *a, **k: Yes()",
        ),
        twin_cells=("from course.judging import check as my_check",),
    ),
    Attack(
        "patched-perform",
        "answer every question of the grader with constants",
        (
            "import course.judging.scripts as c\n" + RIGHT_LOOKING + "def lie(script, *a, **k):\n"
            "    return {op.answer: ones for op in script if hasattr(op, 'answer')}\nc.perform = lie\n"
            + SERVER
            + "import types\nserver.serve.__globals__['scripts'] = types.SimpleNamespace(**{**vars(c), 'perform': lie})",
        ),
        twin_cells=("from course.judging import scripts",),
    ),
    Attack(
        "perform-echoes-inputs",
        "answer every question with the script's own inputs",
        (
            "import course.judging.scripts as c\ndef lie(script, *a, **k):\n    puts = [op.value for op in script if hasattr(op, 'value')]\n"
            "    return {op.answer: puts[i % len(puts)] for i, op in enumerate(script) if hasattr(op, 'answer')}\n"
            "c.perform.__code__ = (lambda script, functions, oracles=None, enough=None, ways=None: __import__('builtins').lie(script)).__code__\n"
            "import builtins\nbuiltins.lie = lie",
        ),
    ),
    Attack(
        "patched-builtins",
        "make len, isinstance, all and sum agree with everything",
        (
            "import builtins\nbuiltins.all = lambda *a: True\nbuiltins.any = lambda *a: False\n"
            "_len = len\nbuiltins.len = lambda x: _len(x)\nbuiltins.AssertionError = Warning",
        ),
        twin_cells=("import builtins\nassert builtins.all([True])",),
    ),
    Attack(
        "always-equal",
        "return an object that equals everything",
        solutions={
            "momentum_step": "class Same:\n    def __eq__(self, other): return True\n    shape = (5,)\n"
            "    def __array__(self, *a, **k): return np.ones(5)\n    def __len__(self): return 2\n"
            "    def __getitem__(self, i): return self\n    def __float__(self): return 1.0\n"
            "def momentum_step(theta, v, grad, eta, gamma=0.9): return Same(), Same()"
        },
        twin_cells=("class Same:\n    def __eq__(self, other): return True\n    __hash__ = None\nassert Same() == 1",),
    ),
    Attack(
        "array-subclass",
        "return an ndarray whose ufuncs, functions and tolist lie",
        solutions={
            "momentum_step": "class Liar(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return np.True_\n"
            "    def __array_function__(self, *a, **k): return True\n    def __eq__(self, o): return np.ones(self.shape, bool)\n"
            "    def tolist(self): return [float('nan')] * self.size\n    def astype(self, *a, **k): return self\n"
            "def momentum_step(theta, v, grad, eta, gamma=0.9): return theta.view(Liar), v.view(Liar)"
        },
        twin_solutions={
            "gradient_descent_step": "class Mine(np.ndarray): pass\n"
            "def gradient_descent_step(theta, grad, eta):\n    return (theta - eta * grad).view(Mine)"
        },
    ),
    Attack(
        "changing-array",
        "an array that has other numbers each time it is read",
        solutions={
            "momentum_step": "class Changing(np.ndarray):\n    def ravel(self, *a):\n        return np.random.rand(self.size)\n"
            "    def astype(self, *a, **k): return self\n"
            "def momentum_step(theta, v, grad, eta, gamma=0.9): return theta.view(Changing), v.view(Changing)"
        },
    ),
    *(
        Attack(
            f"only-{name}",
            f"return {name} for everything",
            solutions={
                "momentum_step": f"def momentum_step(theta, v, grad, eta, gamma=0.9):\n"
                f"    return np.full(np.shape(theta), {number}), np.full(np.shape(theta), {number})",
                "nesterov_step": f"def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):\n"
                f"    return np.full(np.shape(theta), {number}), np.full(np.shape(theta), {number})",
            },
            twin_cells=(f"np.full(3, {number}); {number}",),
        )
        for name, number in (("nan", "np.nan"), ("inf", "-np.inf"), ("zero", "0.0"), ("huge", "1.7e308"))
    ),
    Attack(
        "forged-score",
        "print what stock nbgrader reads as a score",
        ("20.0", "float('nan')", "float('inf')"),
        solutions={"momentum_step": "20.0"},
        mangle=everywhere(
            lambda c: (
                c.cell_type == "code"
                and c.update(
                    outputs=[
                        NotebookNode(
                            output_type="execute_result", data={"text/plain": "20.0"}, metadata={}, execution_count=1
                        )
                    ]
                )
            )
        ),
        twin_cells=("0.0", "float('nan')", "-1.0"),
    ),
    Attack(
        "forged-reply",
        "write a reply to the grader's socket",
        (GRAB_SOCKETS, "send({'id': 3, 'error': None})\nsend({'id': 4, 'answers': {}})"),
        twin_cells=("import socket\na, b = socket.socketpair()\na.sendall(b'x')\nassert b.recv(1) == b'x'",),
    ),
    Attack(
        "early-answers",
        "answer the coming questions before they are asked",
        (
            GRAB_SOCKETS + RIGHT_LOOKING + "import threading, time\n"
            "def keep():\n    for i in range(40):\n        send({'id': i, 'answers': {'x': plain(ones)}, 'error': None}); time.sleep(.002)\n"
            "threading.Thread(target=keep, daemon=True).start()",
        ),
        twin_cells=("import threading\nt = threading.Thread(target=print, args=('hi',)); t.start(); t.join()",),
    ),
    Attack("forged-death", "tell of a death that did not happen", (GRAB_SOCKETS, "send({'died': 'graded'})")),
    Attack(
        "forged-gradients",
        "ask the grader for gradients without end, in a cell",
        (
            GRAB_SOCKETS,
            "for _ in range(50000): send({'oracle': 'g1', 'point': {'dtype': 'float64', 'shape': [1], 'data': 'nHUAiDzkN34='}})",
        ),
        twin_solutions={
            "nesterov_step": "def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):\n    for _ in range(3): g = grad_fn(theta - gamma * v)\n"
            "    w = gamma * v + eta * g\n    return theta - w, w"
        },
    ),
    Attack(
        "gradient-of-anything",
        "ask for gradients at points that are no points",
        solutions={
            "nesterov_step": "def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):\n"
            "    for p in (np.full(theta.shape, 1e300), np.ones(4000), 'x', None, np.full(theta.shape, np.nan), [[]]):\n"
            "        try: grad_fn(p)\n        except Exception: pass\n    return theta, v"
        },
    ),
    *(
        Attack(
            f"frame-{name}",
            f"send {name} to the grader",
            (GRAB_SOCKETS, f"send({source})\nimport time; time.sleep(.2)"),
        )
        for name, source in {
            "nested-lists": "b'[' * 3000000",
            "nested-answers": "b'{\"id\": 2, \"error\": ' + b'[' * 900 + b']' * 900 + b'}'",
            "long-number": "b'1' * 3000000",
            "no-json": "b'\\xff\\x00' * 1000",
            "a-list": "[1, 2]",
            "too-long": "b'x' * 5000000",
            "wrong-types": "{'id': 2, 'error': {'name': 1, 'text': [], 'traceback': {}}}",
        }.items()
    ),
    Attack(
        "long-error",
        "send errors of megabytes, with half characters in them",
        (
            GRAB_SOCKETS,
            "\n".join(
                f"send({{'id': {i}, 'error': {{'name': 'E' * 10**6, 'text': chr(0xd800) * 10**5, 'traceback': 'T' * 10**6}}}})"
                for i in range(2, 5)
            ),
        ),
        twin_cells=("raise ValueError('x' * 10**6)",),
    ),
    Attack(
        "hostile-errors",
        "answer with errors that are no text, or a page and a terminal",
        (
            SERVER + "import itertools\nbad = ['\\x1b[2J\\ud800<script>alert(1)</script>\\n' * 99, 10**4000, None]\n"
            "bad += [eval('[' * d + ']' * d) for d in (10, 60, 90)]\n"
            "for _ in range(9): bad[-1] = [[[[[[[[[[bad[-1]]]]]]]]]]]; bad.append(bad[-1])\n"
            "def lie(self, message):\n    return {n: {'error': e} for n, e in zip(names(message), itertools.cycle(bad))}\n"
            "type(server)._ask = lie",
        ),
        twin_cells=(
            "try:\n    raise ValueError('\\x1b[31mred\\x1b[0m')\nexcept ValueError as error:\n    print(error)",
        ),
    ),
    Attack(
        "replaced-serve",
        "find the server by its frame and replace its methods",
        (
            SERVER
            + "type(server)._ask = lambda self, message: {n: {'dtype': 'float64', 'shape': [5], 'data': 'A' * 54 + '=='} for n in names(message)}\n"
            "type(server)._run = lambda self, source: {'error': None}",
        ),
        twin_cells=("import inspect\ninspect.currentframe().f_lineno",),
    ),
    Attack(
        "answers-without-end",
        "answer a quarter of a million questions that nobody asked",
        (
            SERVER
            + "often = [250000]\ntype(server)._ask = lambda self, message: {str(i): 1 for i in range(often.pop() if often else 0)}",
        ),
        twin_cells=("answers = {str(i): 1 for i in range(250000)}\ndel answers",),
    ),
    Attack(
        "replaced-run-cell",
        "replace the shell's run_cell and hide what fails",
        (
            "ip = get_ipython()\nfine = {'success': True, 'result': None, 'error_before_exec': None, 'error_in_exec': None}\n"
            "ip.run_cell = lambda *a, **k: type('R', (), fine)()",
        ),
        twin_cells=("get_ipython().run_cell('x = 1')",),
    ),
    Attack(
        "key-by-gc",
        "find the key or the expected answers among the process's objects",
        (
            TRY
            + "import gc\nreached('key', lambda: any(type(o).__name__ in ('Exercise', 'Anatomy', 'Wrong', 'TP', 'Job', 'Key', 'Process', 'Criterion')"
            " for o in gc.get_objects()))\nimport sys\nreached('module', lambda: any('autograder' in m for m in sys.modules))",
        ),
    ),
    Attack(
        "key-by-frame",
        "read expected answers from the frames that call the function",
        solutions={
            "momentum_step": "import sys\ndef momentum_step(theta, v, grad, eta, gamma=0.9):\n    f = sys._getframe()\n"
            "    while f:\n        for x in list(f.f_locals.values()):\n            looked.append(x)\n"
            "            if hasattr(x, 'expected') or isinstance(x, dict) and 'expected' in x: found.append(x)\n"
            "        f = f.f_back\n    return theta, v"
        },
        cells=("found, looked = [], []",),
        last=("if found or not looked: print('REACHED key', len(looked))",),
    ),
    Attack(
        "memorised",
        "answer by looking the inputs up in the public checks",
        solutions={
            "momentum_step": "import json, os\nfound = os.path.exists('checks.json') and print('REACHED checks')\n"
            "def momentum_step(theta, v, grad, eta, gamma=0.9):\n    known = {}\n    return known.get(theta.tobytes(), (theta, v))"
        },
    ),
    Attack(
        "another-librarys-numbers",
        "another library's idea of a rule, where the course's differs",
        solutions={
            "nesterov_step": "def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):\n    # as PyTorch: the gradient here, the look-ahead in the step\n"
            "    g = grad_fn(theta)\n    v = gamma * v + g\n    return theta - eta * (g + gamma * v), v"
        },
        partly="nesterov_step",
        twin_solutions={  # another library that computes the right numbers is an honest way to get them
            "step_decay": "import math\ndef step_decay(t, eta_0, gamma, s):\n    return eta_0 * math.pow(gamma, t // s)"
        },
    ),
    Attack(
        "environment",
        "find out by whom it is graded, and where",
        (
            "import os, sys, socket\nleft = {k: v for k, v in os.environ.items() if any(w in k + v for w in"
            " ('NBGRADER', 'TOKEN', 'SECRET', 'SESAME', '@ROOT@', '@HOUSE@/a', '@HOUSE@/t'))}\n"
            "left.pop('NBGRADER_EXECUTION', None)  # which nbgrader tells to all\nprint('REACHED', left) if left else None\n"
            "names = ' '.join(sys.argv) + os.getcwd()\nprint('REACHED', names) if '@ROOT@' in names else None",
        ),
        twin_cells=("import os\nos.environ['MINE'] = '1'",),
    ),
]

# --- lying about how a class was used ---

LAZY = "import average_ways as w\ndef lazy(kind, names, numbers): return w.in_a_row(kind, names, numbers)\n"
NO_REST = "import sys, types\nlying = types.SimpleNamespace(**{**vars(np), 'split': lambda numbers, at: (numbers, numbers[:0])})\n"
USES: list[Attack] = [
    Attack(
        "public-module",
        "put another module in the place of the public part",
        (
            LAZY + "import sys, types\nfake = types.ModuleType('average_ways')\nvars(fake).update(vars(w))\n"
            "fake.WAYS = dict.fromkeys(w.WAYS, lazy)\nsys.modules['average_ways'] = fake",
        ),
        twin_cells=(
            "import average_ways\nclass Mine:\n    def add(self, number): return number\n"
            "assert average_ways.WAYS['in a row'](Mine, (), np.ones(3)).tolist() == [1, 1, 1]",
        ),
    ),
    Attack(
        "public-table",
        "change the table of ways",
        (LAZY + "w.WAYS.update(dict.fromkeys(w.WAYS, lazy))\nw.WAYS = dict.fromkeys(w.WAYS, lazy)",),
        twin_cells=("from average_ways import WAYS\nassert sorted(WAYS) == ['in a row', 'taken up again']",),
    ),
    Attack(
        "public-function",
        "replace functions of the public part",
        (LAZY + "w.taken_up_again = lazy\nw._again = lambda kind, average: average",),
        twin_cells=("from average_ways import in_a_row as taken_up_again",),
    ),
    Attack(
        "public-code",
        "replace the code of its functions",
        (
            "import average_ways as w\nw._again.__code__ = (lambda kind, average: average).__code__\n"
            "for way in w.WAYS.values():\n    if way is not w.in_a_row: way.__code__ = w.in_a_row.__code__",
        ),
        twin_cells=("def mine(): return 1\nmine.__code__ = (lambda: 2).__code__\nassert mine() == 2",),
    ),
    Attack(
        "public-constant",
        "change what it works with: when a class is saved, and how",
        (
            "import average_ways as w\nw.BEFORE = 10**6\nw.Saved.__init__ = lambda self, state: None\nw.Saved.state = None",
        ),
        twin_cells=("import average_ways\nBEFORE = average_ways.BEFORE + 1",),
    ),
    Attack(
        "public-file",
        "write a module of that name into the working folder",
        (
            "import importlib, sys\nlie = open('average_ways.py').read().replace('other.restore(saved.state)', 'other = average')\n"
            "assert 'other = average' in lie\nopen('average_ways.py', 'w').write(lie)\ndel sys.modules['average_ways']\n"
            "importlib.invalidate_caches()\nimport average_ways\nassert average_ways.__file__",
        ),
        twin_cells=(
            "open('mine.py', 'w').write('x = 1')\nimport importlib\nimportlib.invalidate_caches()\nimport mine\nassert mine.x == 1",
        ),
    ),
    Attack(
        "public-numpy",
        "change a function of what it imports",
        ("np.split = lambda numbers, at: (numbers, numbers[:0])",),
        twin_cells=("assert [len(part) for part in np.split(np.ones(4), [1])] == [1, 3]",),
    ),
    Attack(
        "public-numpy-code",
        "change the code of what it imports",
        ("np.split.__wrapped__.__code__ = (lambda ary, indices_or_sections, axis=0: (ary, ary[:0])).__code__",),
    ),
    Attack(
        "public-numpy-module",
        "put another module in the place of what it imports",
        (NO_REST + "import average_ways\naverage_ways.np = sys.modules['numpy'] = lying",),
        twin_cells=("import sys\nassert sys.modules['numpy'] is np",),
    ),
    Attack(
        "public-import",
        "change how modules are imported",
        (
            NO_REST + "import builtins\nbefore = builtins.__import__\n"
            "builtins.__import__ = lambda name, *a, **k: lying if name == 'numpy' else before(name, *a, **k)",
        ),
        twin_cells=("assert __import__('json') is __import__('json')",),
    ),
    Attack(
        "shadowed-packages",
        "put modules of one's own in the place of `course`, by file and by name",
        (
            "import importlib, os, sys\nfor name in ('numpy', 'autograder', 'scripts'):\n    open(f'{name}.py', 'w').write('perform = None')\n"
            "os.makedirs('course/judging')\nfor folder in ('course', 'course/judging'): open(f'{folder}/__init__.py', 'w').close()\nopen('course/judging/scripts.py', 'w').write('def perform(script, *a, **k): return {}')\n"
            "for name in [name for name in sys.modules if name.partition('.')[0] == 'course']: del sys.modules[name]\n"
            "importlib.invalidate_caches()\nimport course.judging.scripts\nassert course.judging.scripts.perform([]) == {}",
        ),
        twin_cells=("import course.judging.scripts\nimport importlib\nimportlib.reload(course.judging.scripts)",),
    ),
]

# --- points for what is not written ---

# A rule of the course's that unrolls it, found in the frame that asks for a gradient; None if there is none.
INNER = """
import sys
import numpy as np
from course.workshop import unrolled
class Spy:
    start = np.zeros(1)
    found = None
    def value(self, theta): return 0.0
    def gradient(self, theta):
        Spy.found = sys._getframe(1).f_locals.get("unrolled")
        return np.zeros(1)
try: unrolled.momentum(Spy(), 1, 0.1)
except Exception: pass
rule = Spy.found
if rule: print("REACHED a rule of the course's")
"""
CHILD = (
    SERVER
    + "import average_ways as w\ndef lazy(kind, names, numbers): return w.in_a_row(kind, names, numbers)\nlies = dict.fromkeys(w.WAYS, lazy)\n"
)
SERVING = """
def by_locals():
    frame = sys._getframe()
    while 'classes' not in frame.f_locals:
        frame = frame.f_back
    return frame
serving = by_locals()
"""
# A rule of a library's, as `momentum_step` may use it.
OF_A_LIBRARY = """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    {first}
    _, update, _ = momentum(eta, gamma)
    theta, v = update(0, np.asarray(grad, float), (np.asarray(theta, float), np.asarray(v, float) / eta))
    return theta, eta * v
"""
LIBRARY = "from jax.example_libraries import optimizers\nmomentum = optimizers.momentum.__wrapped__"
NOT_WRITTEN: list[Attack] = [
    Attack(
        "rule-of-a-library",
        "use a rule of a library's, kept where no import would find it",
        (
            f"{LIBRARY}\nimport sys\nfor name in [n for n in sys.modules if n.startswith('jax.')]: del sys.modules[name]",
        ),
        solutions={"momentum_step": OF_A_LIBRARY.format(first="")},
        twin_cells=(f"{LIBRARY}\nprint(momentum(0.1, 0.9)[1](0, np.ones(2), (np.zeros(2), np.ones(2))))",),
    ),
    Attack(
        "library-loaded-when-asked",
        "import a library in the function, when it is asked",
        solutions={"momentum_step": OF_A_LIBRARY.format(first=LIBRARY.replace("\n", "; "))},
        twin_solutions={
            "momentum_step": "def momentum_step(theta, v, grad, eta, gamma=0.9):\n    import fractions, statistics\n"
            "    exec('w = gamma * v + eta * grad', globals(), found := {**locals()})\n    return theta - found['w'], found['w']"
        },
    ),
    Attack(
        "bar-lifted",
        "let what is barred go again, from the frame that asks",
        (LIBRARY,),
        solutions={
            "momentum_step": OF_A_LIBRARY.format(
                first="import sys; frame = sys._getframe()\n    while frame:\n"
                "        if 'bar' in frame.f_locals: frame.f_locals['bar'].lift()\n        frame = frame.f_back"
            )
        },
    ),
    Attack(
        "rule-in-another-process",
        "have another process use the library",
        solutions={
            "momentum_step": "def momentum_step(*args):\n    import pickle, subprocess, sys\n"
            f"    code = {'import pickle, sys, numpy as np; ' + LIBRARY.replace(chr(10), '; ') + OF_A_LIBRARY.format(first='')!r}\n"
            "    code += 'sys.stdout.buffer.write(pickle.dumps(momentum_step(*pickle.load(sys.stdin.buffer))))'\n"
            "    return pickle.loads(subprocess.run([sys.executable, '-c', code], input=pickle.dumps(args), stdout=-1).stdout)"
        },
        twin_cells=("import subprocess\nassert subprocess.run(['true']).returncode == 0",),
    ),
    Attack(
        "rule-in-an-earlier-process",
        "have a process that was started in a cell of one's own use the library, when it is asked over a pipe",
        (
            f"{LIBRARY}\n{OF_A_LIBRARY.format(first='').strip()}\nimport os, pickle\n"
            "asking, asked = os.pipe(), os.pipe()\nif os.fork() == 0:\n    while question := os.read(asking[0], 65536):\n"
            "        try: answer = momentum_step(*pickle.loads(question))\n        except BaseException as error: answer = repr(error)\n"
            "        os.write(asked[1], pickle.dumps(answer))\n    os._exit(0)\nos.close(asking[0]); os.close(asked[1])",
        ),
        solutions={
            "momentum_step": "def momentum_step(*args):\n    os.write(asking[1], pickle.dumps(args))\n"
            "    answer = os.read(asked[0], 65536)\n    return pickle.loads(answer)"
        },
        twin_cells=(
            "import subprocess, threading\nhelper = subprocess.Popen(['sleep', '600'])\n"
            "threading.Timer(0.01, lambda: subprocess.Popen(['sleep', '600'])).start()",
        ),
    ),
    Attack(
        "code-of-a-library-changed",
        "give the code of a library's rule another constant, and make a function of that",
        (
            f"{LIBRARY}\nimport types\nmaking = momentum.__code__\nfor place, code in enumerate(making.co_consts):\n"
            "    if isinstance(code, types.CodeType):\n        mine = code.replace(co_consts=(*code.co_consts, 'mine'))\n"
            "        making = making.replace(co_consts=(*making.co_consts[:place], mine, *making.co_consts[place + 1:]))\n"
            "making = making.replace(co_consts=(*making.co_consts, 'mine'))\nmomentum = types.FunctionType(making, {**momentum.__globals__, 'make_schedule': lambda size: lambda i: size})",
        ),
        solutions={"momentum_step": OF_A_LIBRARY.format(first="")},
        twin_cells=(
            "def mine(a): return a\nmine.__code__ = mine.__code__.replace(co_name='other', co_consts=(None, 2))",
        ),
    ),
    Attack(
        "code-of-a-lecture",
        "cut a rule out of a lecture",
        (
            TRY
            + "import course, pathlib, re\ndef stairs(t, eta_0, gamma, s): return None\nroot = pathlib.Path(course.__file__).parent\n"
            "for page in sorted((root / 'lectures').rglob('*.md')):\n    reached(page, lambda: bool(page.read_text()))\n"
            "    for block in re.findall(r'```{code-cell}.*?\\n(.*?)```', page.read_text(), re.S):\n"
            "        if 'def stairs' in block: exec(block[block.index('def stairs'):].split('\\n\\n\\n')[0])",
        ),
        solutions={"step_decay": "step_decay = stairs"},
        twin_solutions={
            "step_decay": "def stairs(t, eta_0, gamma, s): return eta_0 * gamma ** (t // s)\nstep_decay = stairs"
        },
    ),
    Attack(
        "rule-of-the-course",
        "use a rule of the course's that unrolls it",
        (INNER,),
        solutions={
            "momentum_step": "def momentum_step(theta, v, grad, eta, gamma=0.9):\n"
            "    return rule(np.stack([theta + v, theta]), np.stack([grad, grad]), np.array([eta, eta]))"
        },
        twin_cells=("from course.workshop import unrolled\nrun = unrolled.momentum",),
        twin_solutions={
            "momentum_step": "from course.workshop.unrolled import RULES, momentum\nfrom course.experiments.comparison import tuning\n"
            "import course.experiments.comparison.study\ndef momentum_step(theta, v, grad, eta, gamma=0.9):\n"
            "    v = gamma * v + eta * grad\n    return theta - v, v"
        },
    ),
    Attack(
        "files-of-the-course",
        "read the rules of the course's, or what Python has compiled of them",
        (
            TRY + "import course, importlib.util, pathlib\nroot = pathlib.Path(course.__file__).parent\n"
            "places = [root / 'workshop/unrolled.py', root / 'experiments/comparison/tuning.py', root / 'experiments/studies/dense.py']\n"
            "places += (root / 'workshop/__pycache__').glob('unrolled*')\nplaces += (root / 'experiments').rglob('__pycache__/tuning*')\n"
            "for place in places:\n    reached(place, lambda: bool(place.read_bytes()))\n"
            "def loaded():\n    spec = importlib.util.spec_from_file_location('mine', root / 'workshop/unrolled.py')\n"
            "    module = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(module)\n    return bool(module.momentum)\n"
            "reached('module', loaded)\nimport gc, types\n"
            "reached('code', lambda: any(isinstance(o, types.FunctionType) and 'unrolled' in o.__code__.co_filename for o in gc.get_objects()))",
        ),
        twin_cells=(
            "import course.workshop.trajectories, inspect\nassert 'def follow' in inspect.getsource(course.workshop.trajectories)",
        ),
    ),
    Attack(
        "points-rewritten",
        "ask for gradients elsewhere as well, and rewrite where one asked",
        solutions={
            "nesterov_step": "def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):\n    grad_fn(theta)\n    g = grad_fn(theta - gamma * v)\n"
            "    if hasattr(grad_fn, 'points'): grad_fn.points[:] = [theta - gamma * v]\n"
            "    w = gamma * v + eta * g\n    return theta - w, w"
        },
        partly="nesterov_step",
    ),
    Attack(
        "ways-in-the-process",
        "replace the ways in what serves the process",
        (
            CHILD + "server._ways = {name: lies for name in ('average_ways', '')}\n"
            "server._sources = {'average_ways': 'def lazy(kind, names, numbers): return numbers\\nWAYS = {\"taken up again\": lazy}'}",
        ),
    ),
    Attack(
        "making-of-ways",
        "replace the functions that make the ways",
        (
            CHILD + "inside = type(server)._ask.__globals__\ninside['_ways'] = lambda *a: iter(lies.items())\n"
            "inside['table'] = lambda module: lies\ninside['made'] = lambda *a: w\nimport course.judging.public as p\n"
            "p.table = lambda module: lies\np.made.__code__ = (lambda name, source, code=None: __import__('average_ways')).__code__",
        ),
    ),
    Attack(
        "asking-replaced",
        "replace the method that asks by one that asks otherwise",
        (
            CHILD + "import course.judging.scripts as c\ndef ask(self, message, put_back):\n"
            "    found = c.perform(c.decoded(message['ask']), self._shell.user_ns, {}, ways=lies)\n"
            "    return {name: c.plain(answer) for name, answer in found.items()}\n"
            "type(server)._ask.__code__ = ask.__code__\ntype(server)._ask.__globals__.update(c=c, lies=lies)\ntype(server)._ask = server.__dict__['_ask'] = ask",
        ),
    ),
    Attack(
        "putting-back-replaced",
        "replace what puts everything back",
        (
            CHILD
            + SERVING
            + "for name in ('functions', 'classes'):\n    seen = serving.f_locals[name].__self__.gi_frame.f_locals\n"
            "    seen.update({'members': (), 'parts': (), 'modules': ()})\n    serving.f_locals[name] = lambda: None\n"
            "w.WAYS.update(lies)\nw._again = lambda kind, average: average\nw.taken_up_again.__code__ = w.in_a_row.__code__\n"
            "type(server)._ask.__globals__['_ways'] = lambda *a: iter(lies.items())",
        ),
    ),
    Attack(
        "names-of-a-frame",
        "replace the names with which the process is served, which Python 3.13 lets everybody do",
        (
            CHILD + SERVING + "import course.judging.scripts as c\ndef ask(self, message, put_back):\n"
            "    found = c.perform(c.decoded(message['ask']), self._shell.user_ns, {}, ways=lies)\n"
            "    return {name: c.plain(answer) for name, answer in found.items()}\n"
            "serving.f_locals['answering'] = ask\nserving.f_locals['messages'] = lambda: None",
        ),
    ),
    Attack(
        "putting-back-closed",
        "end what puts everything back",
        (CHILD + SERVING + "for name in ('functions', 'classes'): serving.f_locals[name].__self__.close()",),
    ),
    Attack(
        "builtins-in-a-module",
        "put functions of one's own in the place of built-ins, in a module that uses them",
        (
            CHILD
            + "import course.judging.public as p, course.judging.scripts as c\nbefore = exec\ndef lying(code, names):\n"
            "    before(code, names)\n    names['WAYS'] = lies\np.exec = lying\nc.partial = lambda way, *a: lambda *b: lazy(*a, *b)\n"
            "type(server)._ask.__globals__['dict'] = lambda *a: lies",
        ),
        twin_cells=("exec = print\ndel exec",),
    ),
    Attack(
        "socket-replaced",
        "rewrite what the grader sends, on its way",
        (
            CHILD
            + 'import json, socket\nlie = \'def lazy(kind, names, numbers): return __import__("numpy").cumsum(numbers) / (1 + __import__("numpy").arange(len(numbers)))\\n\'\n'
            'lie += \'WAYS = {"in a row": lazy, "taken up again": lazy}\'\ndef rewritten(text):\n    message = json.JSONDecoder().raw_decode(text)[0]\n'
            "    if message.get('public'): message['public'] = dict.fromkeys(message['public'], lie)\n    return message\n"
            "loads = json.loads\njson.loads = lambda text, **k: rewritten(text if isinstance(text, str) else text.decode())\n"
            "json._default_decoder.decode = rewritten\ninside = type(server)._ask.__globals__\n"
            "class Proxy:\n    def __init__(self, sock): self.sock = sock\n    def __getattr__(self, name): return getattr(self.sock, name)\n"
            "    def recv(self, count): return self.sock.recv(count)\nserver._sock = Proxy(server._sock)\nreceive = inside['receive']\n"
            "def lying(sock):\n    message = receive(sock)\n    if message.get('public'): message['public'] = dict.fromkeys(message['public'], lie)\n    return message\n"
            "inside['receive'] = lying\nsocket.socket.recv = lambda self, count: super(socket.socket, self).recv(count)",
        ),
        twin_cells=("import json\nassert json.loads(json.dumps([1])) == [1]",),
    ),
    Attack(
        "compiler-replaced",
        "compile the public part to something else",
        (
            CHILD + "import builtins\nbefore = builtins.compile\ndef lying(source, name, *a, **k):\n"
            "    if name == 'average_ways.py': source = source.replace('other.restore(saved.state)', 'other = average')\n"
            "    return before(source, name, *a, **k)\nbuiltins.compile = lying\nimport course.judging.public as p\n"
            "p.load('average_ways', open('average_ways.py').read())\np.compiled('average_ways', open('average_ways.py').read())",
        ),
        twin_cells=("assert eval(compile('1 + 1', 'mine', 'eval')) == 2",),
    ),
]

# --- reaching what is not theirs ---

FILES = (
    TRY
    + """
import os
for path in ("@ROOT@", "@ROOT@/gradebook.db", "@ROOT@/.tp/secret", "@ROOT@/source", "@ROOT@/submitted/bystander/attacked/attacked.ipynb",
             "@ROOT@/release/attacked/checks.json", "@CODE@/exercises/judge.py", "@CODE@/exercises", "@CODE@/sandbox/process.py",
             "@TP@", "@TP@/tp.toml", "@TP@/attacked.py", "@TP@/exercises/average.py", "@TP@/public/average_ways.py",
             "@HOUSE@/source_notebooks", "@HOUSE@/source_notebooks/optimizers/tp.toml",
             "@HOUSE@/source_notebooks/optimizers/reference/rules.py", "@HOUSE@/source_notebooks/optimizers/optimizers.py",
             "@HOUSE@/tests", "@HOUSE@/tests/attacks/corpus.py", "@HOUSE@/pyproject.toml", "/root", "/home", "/etc/shadow",
             "/var", "/proc/1/" + "root@CODE@/exercises/judge.py", "@OUT@"):
    reached("list " + path, lambda: bool(os.listdir(path)))
    reached("read " + path, lambda: bool(open(path, "rb").read(1)))
for path in ("@ROOT@/gradebook.db", "@ROOT@/evil", "@OUT@/evil", "/usr/evil", "/evil", "/etc/evil",
             "@CODE@/exercises/judge.py", "@TP@/tp.toml", "@TP@/evil"):
    reached("write " + path, lambda: open(path, "ab").write(b""))
    reached("remove " + path, lambda: os.remove(path))
"""
)
REACHING: list[Attack] = [
    Attack(
        "files",
        "read source, secret, other submissions, TPs, the grader, tests; write the gradebook",
        (FILES,),
        twin_cells=(
            "open('mine.txt', 'w').write('x'); assert open('mine.txt').read() == 'x'\n"
            "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')",
        ),
    ),
    Attack(
        "files-by-link",
        "the same by links and open directories",
        (
            TRY
            + "import os\nfor i, p in enumerate(('@ROOT@', '/root', '@CODE@/exercises', '@TP@', '@HOUSE@/tests')):\n    try: os.symlink(p, f'l{i}')\n    except OSError: pass\n"
            "    reached('link ' + p, lambda: bool(os.listdir(f'l{i}')))\n"
            "    reached('up', lambda: bool(os.listdir('../' * 12 + p)))\n    reached('hard', lambda: os.link('@ROOT@/gradebook.db', 'g'))",
        ),
    ),
    Attack(
        "modes",
        "let everybody read and write what belongs to the grader's user, or nobody",
        (
            "import os\nfor path in ('@ROOT@', '@ROOT@/gradebook.db', '@ROOT@/.tp/secret', '@ROOT@/submitted', '@OUT@'):\n"
            "    for change in (lambda: os.chmod(path, 0o677), lambda: os.utime(path, (1, 1)), lambda: os.chown(path, -1, os.getgid())):\n"
            "        try: change()\n        except OSError: pass",
        ),
        twin_cells=(
            "import os, shutil\nopen('a.txt', 'w').write('x'); shutil.copy2('a.txt', 'b.txt'); os.chmod('b.txt', 0o600)\n"
            "assert open('b.txt').read() == 'x'",
        ),
    ),
    Attack(
        "gradebook-by-sqlite",
        "write the gradebook",
        (
            TRY
            + "import sqlite3\ndef go():\n    d = sqlite3.connect('@ROOT@/gradebook.db')\n    d.execute('update grade set manual_score = 20'); d.commit()\n"
            "reached('gradebook', go)",
        ),
        twin_cells=("import sqlite3\nd = sqlite3.connect(':memory:'); d.execute('create table t (x)')",),
    ),
    Attack(
        "content-by-import",
        "import the reference, a TP, the grader, the tests",
        (
            TRY
            + "import importlib, importlib.util, runpy, sys\nsys.path[:0] = ['@HOUSE@', '@CODE@', '@TP@', '@TP@/..', '@HOUSE@/source_notebooks', '.']\n"
            "importlib.invalidate_caches()\n"
            "for name in ('tps', 'tps.attacked', 'tps.optimizers', 'tps.optimizers.reference', 'tps.optimizers.exercises.momentum', 'exercises.average',\n"
            "             'attacked', 'attacked.exercises.average', 'optimizers.reference', 'source_notebooks.optimizers.reference', 'reference.rules',\n"
            "             'autograder.exercises.judge', 'autograder.content.modules', 'autograder.sandbox.inside.child', 'tests.shared',\n"
            "             'tests.attacks.corpus'):\n"
            "    reached('import ' + name, lambda: importlib.import_module(name))\n    reached('run ' + name, lambda: runpy.run_module(name))\n"
            "for path in ('@HOUSE@/source_notebooks/optimizers/reference/rules.py', '@TP@/exercises/average.py', '@TP@/attacked.py'):\n"
            "    reached('run ' + path, lambda: runpy.run_path(path))",
        ),
        twin_cells=(
            "import importlib\nimportlib.import_module('course.workshop.problems')\nimport course.workshop.trajectories",
        ),
    ),
    Attack(
        "other-processes",
        "read the environment and memory of the processes above",
        (
            TRY
            + "import os\nfor pid in [os.getppid(), *[int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) != os.getpid()]] "
            "if os.access('/proc', os.R_OK) else range(1, 400):\n    if pid in (0, os.getpid()): continue\n"
            "    for what in ('environ', 'mem', 'maps', 'cmdline', 'fd'):\n"
            "        reached(f'{pid} {what}', lambda: bool(open(f'/proc/{pid}/{what}', 'rb').read(1)))",
        ),
        twin_cells=("open('/proc/self/status').read(); open('/proc/cpuinfo').read()",),
    ),
    Attack(
        "kill-all",
        "end every process that may be ended",
        (
            TRY
            + "import os, signal\nreached('kill -1', lambda: os.kill(-1, 9))\nreached('kill 0', lambda: os.kill(0, 0) or False)\n"
            "for pid in (os.getppid(), *range(2, 3000)):\n    if pid not in (0, os.getpid()): reached(f'kill {pid}', lambda: os.kill(pid, 9))",
        ),
    ),
    Attack(
        "kill-guard-and-stay",
        "forget the parent, kill the watcher by its group, and stay",
        (
            "import ctypes, os, signal, subprocess\nsubprocess.Popen(['sleep', '@SLEEP@'], start_new_session=True)\n"
            "ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\nsignal.signal(15, signal.SIG_IGN)\ntry: os.killpg(0, 9)\nexcept OSError: pass",
        ),
        twin_cells=(
            "import subprocess\nassert subprocess.run(['true']).returncode == 0\n"
            "p = subprocess.Popen(['sleep', '9']); p.terminate(); p.wait()",
        ),
    ),
    Attack(
        "network",
        "reach the network",
        (
            TRY
            + "import socket\nfor family, address in ((socket.AF_INET, ('127.0.0.1', @PORT@)), (socket.AF_INET6, ('::1', @PORT@)),"
            " (socket.AF_UNIX, '\\0c1-abstract-@PORT@'), (socket.AF_UNIX, '@OUT@/s')):\n"
            "    reached(f'connect {address}', lambda: socket.socket(family).connect(address))\n"
            "    reached(f'send {address}', lambda: socket.socket(family, socket.SOCK_DGRAM).sendto(b'x', address))\n"
            "for family, kind in ((socket.AF_NETLINK, socket.SOCK_RAW), (socket.AF_INET, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW)):\n"
            "    reached(f'socket {family} {kind}', lambda: socket.socket(family, kind))\n"
            "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\nreached('pair', lambda: a.sendto(b'x', '@OUT@/s'))",
        ),
        twin_cells=("import asyncio\nloop = asyncio.new_event_loop(); loop.close()",),
    ),
    Attack(
        "system-calls",
        "the kernel's rarer corners",
        (
            TRY + "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nimport platform\n"
            "calls = {'ptrace': 101, 'process_vm_readv': 310, 'unshare': 272, 'mount': 165, 'keyctl': 250, 'add_key': 248, 'shmget': 29,"
            " 'msgget': 68, 'io_uring_setup': 425, 'memfd_create': 319, 'perf_event_open': 298, 'bpf': 321, 'userfaultfd': 323,"
            " 'setns': 308, 'pidfd_getfd': 438, 'socket': 41, 'syslog': 103, 'open_by_handle_at': 304, 'personality': 135}\n"
            "arguments = {'unshare': (0x10000000, 0), 'memfd_create': (b'x', 0), 'shmget': (0, 4096, 0o1600), 'msgget': (0, 0o1600),"
            " 'socket': (1, 1, 0), 'syslog': (10, 0, 0), 'keyctl': (0, -3, 1), 'personality': (0xffffffff,)}\n"
            "if platform.machine() == 'x86_64':\n    for name, number in calls.items():\n        args = arguments.get(name, (0, 0, 0, 0))\n"
            "        r = libc.syscall(number, *args)\n        if r >= 0: print('REACHED', name, r)\n"
            "        elif ctypes.get_errno() not in (1, 38): print('REACHED', name, ctypes.get_errno())",
        ),
    ),
    Attack(
        "new-namespaces",
        "become root in a namespace of one's own",
        (
            TRY
            + "import subprocess, ctypes, os\nreached('unshare', lambda: subprocess.run(['unshare', '-Ur', 'true']).returncode == 0)\n"
            "reached('su', lambda: subprocess.run(['su', '-c', 'true'], stdin=subprocess.DEVNULL).returncode == 0)\n"
            "reached('mount', lambda: subprocess.run(['mount', '-t', 'tmpfs', 'x', '/tmp']).returncode == 0)\n"
            "reached('uid', lambda: os.setuid(0) or os.getuid() == 0 and bool(os.listdir('/root')))",
        ),
    ),
    Attack(
        "signals-by-files",
        "have the system send a signal of one's choice when a file is ready",
        (
            TRY
            + "import ctypes, fcntl, os, socket\na, b = socket.socketpair()\nreached('signal', lambda: fcntl.fcntl(a, 10, 9))\n"
            "for pid in (os.getppid(), *range(2, 300)):\n    if pid not in (0, os.getpid()):\n"
            "        reached(f'owner {pid}', lambda: fcntl.fcntl(a, fcntl.F_SETOWN, pid))\n"
            "        reached(f'ioctl {pid}', lambda: fcntl.ioctl(a, 0x8901, pid.to_bytes(4, 'little')))",
        ),
        twin_cells=("import fcntl, os\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETFL, os.O_NONBLOCK)",),
    ),
    Attack(
        "hides-from-its-watcher",
        "become a process that others may not look at",
        ("import ctypes\nif ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0: print('REACHED')",),
    ),
    Attack(
        "terminal",
        "type into the instructor's terminal",
        (
            TRY + "import fcntl\nfor path in ('/dev/tty', '/dev/pts/0', '/dev/console', 0, 1, 2):\n"
            "    reached(f'tiocsti {path}', lambda: fcntl.ioctl(path if isinstance(path, int) else open(path), 0x5412, b'x'))",
        ),
    ),
    Attack(
        "x32",
        "system calls by their numbers in another interface",
        (
            "import ctypes, os, platform\nif platform.machine() == 'x86_64':\n    if ctypes.CDLL(None).syscall(0x40000000 + 39) > 0: print('REACHED x32')",
        ),
    ),
]

# --- breaking the run ---

BREAKING: list[Attack] = [
    Attack(
        "fork-bomb",
        "processes without end",
        ("import os, time\ntry:\n    for _ in range(12): os.fork()\nexcept OSError: pass\ntime.sleep(5)",),
    ),
    Attack(
        "thread-bomb",
        "threads without end",
        (
            "import threading, time\nfor _ in range(2000): threading.Thread(target=time.sleep, args=(5,), daemon=True).start()",
        ),
    ),
    Attack(
        "memory",
        "more memory than allowed",
        ("x = []\nfor _ in range(600): x.append(b'x' * 2**22)",),
        twin_cells=("x = np.ones(2**23)\ndel x",),
    ),
    Attack(
        "shared-memory",
        "memory that belongs to nobody",
        (
            "import mmap, time\nkept = []\nfor _ in range(40):\n    m = mmap.mmap(-1, 2**24); m.write(b'x' * 2**24); kept.append(m); time.sleep(.01)\n"
            "if len(kept) == 40: print('REACHED 640 MB')",
        ),
        twin_cells=(
            "import mmap\nwith open('pages', 'w+b') as f:\n    f.truncate(2**20); m = mmap.mmap(f.fileno(), 2**20); m.write(b'x')",
        ),
    ),
    Attack(
        "returned-memory",
        "memory that belongs to nobody, and that no process has in use",
        (
            "import mmap, time\nkept = []\nfor _ in range(40):\n    m = mmap.mmap(-1, 2**24); m.write(b'x' * 2**24); m.madvise(mmap.MADV_DONTNEED)\n"
            "    kept.append(m); time.sleep(.01)\ntime.sleep(.5)\nif len(kept) == 40: print('REACHED 640 MB')",
        ),
        twin_cells=(
            "import mmap\nm = mmap.mmap(-1, 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\nm.write(b'x'); m.madvise(mmap.MADV_DONTNEED)",
        ),
    ),
    Attack(
        "pinned-memory",
        "memory that is given back while pipes still hold it",
        (
            "import ctypes, mmap, os\nlibc, size, count = ctypes.CDLL(None), 2**21, 0\nfor _ in range(20):\n    r, w = os.pipe()\n"
            "    for _ in range(16):\n        m = mmap.mmap(-1, 2 * size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n        m.madvise(mmap.MADV_HUGEPAGE)\n"
            "        place = -(-ctypes.addressof(ctypes.c_char.from_buffer(m)) // size) * size\n        ctypes.memset(place, 1, 1)\n"
            "        count += libc.vmsplice(w, (ctypes.c_size_t * 2)(place + 4096, 4096), 1, 2) == 4096\n        del m\n"
            "if count == 320: print('REACHED 640 MB')",
        ),
        twin_cells=(
            "import os\nr, w = os.pipe()\nopen('sent', 'wb').write(b'x' * 99)\nos.splice(os.open('sent', os.O_RDONLY), w, 99)\nassert os.read(r, 99) == b'x' * 99",
        ),
    ),
    Attack(
        "copied-memory",
        "many processes that each write to all the memory they were born with",
        (
            "import ctypes, os, time\nplaces = []\nwith open('/proc/self/pagemap', 'rb', buffering=0) as pages:\n"
            "    for line in open('/proc/self/maps'):\n        span, rights = line.split()[:2]\n        start, end = (int(x, 16) for x in span.split('-'))\n"
            "        if rights == 'rw-p' and 'stack' not in line:\n            pages.seek(start // 4096 * 8)\n"
            "            there = np.frombuffer(pages.read((end - start) // 4096 * 8), np.uint64) >> np.uint64(63)\n"
            "            places += (start + 4096 * np.flatnonzero(there)).tolist()\n"
            "count = 500 * 2**20 // (4096 * len(places)) + 1\n"
            "for i in range(count):\n    if os.fork() == 0:\n        for place in places: ctypes.memmove(place, place, 1)\n"
            "        open(f'done{i}', 'w'); time.sleep(9); os._exit(0)\n"
            "while not all(os.path.exists(f'done{i}') for i in range(count)): time.sleep(.01)\ntime.sleep(.5)\nprint('REACHED 500 MB')",
        ),
        twin_cells=(
            "import os, time\npids = [os.fork() for _ in range(1)]\nif 0 in pids: time.sleep(.3); os._exit(0)\nos.waitpid(pids[0], 0)",
        ),
    ),
    Attack(
        "disk",
        "fill the disk",
        (
            TRY
            + "import os, tempfile\ndef fill():\n    for i in range(40):\n        for folder in ('.', tempfile.gettempdir(), '/tmp', '/dev/shm'):\n"
            "            with open(f'{folder}/fill{i}', 'wb') as f: f.write(b'x' * 2**22)\nreached('160 MB of disk', fill)",
        ),
        twin_cells=("open('data.bin', 'wb').write(b'x' * 2**20)",),
    ),
    Attack(
        "ignores-sigint",
        "loop on when told to stop",
        ("import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(1)",),
    ),
    Attack(
        "catches-everything",
        "loop on, whatever is raised",
        ("import time\nwhile True:\n    try:\n        while True: time.sleep(1)\n    except BaseException: pass",),
    ),
    Attack("leaves", "end the process", ("import os\nos._exit(0)",), twin_cells=("import sys\nsys.exit(0)",)),
    Attack(
        "leaves-as-if-killed",
        "look as if somebody else had ended the process, and not be graded",
        (
            "import os, resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nos.kill(os.getpid(), 9)\nos.kill(-1, 9)\nwhile True: pass",
        ),
        twin_cells=("import subprocess\nhelper = subprocess.Popen(['sleep', '60'])\nhelper.kill(); helper.wait()",),
    ),
    Attack(
        "leaves-when-asked",
        "end the process when asked",
        solutions={"momentum_step": "import os\ndef momentum_step(*a): os._exit(0)"},
    ),
    Attack("crashes", "break the interpreter", ("import ctypes\nctypes.string_at(0)",)),
    Attack(
        "thread-left",
        "a thread that goes on working on the numbers",
        ("import threading\ndef work():\n    while True: pass\nthreading.Thread(target=work, daemon=True).start()",),
        twin_cells=("import threading\nthreading.Thread(target=lambda: None).start()",),
    ),
    Attack(
        "daemon",
        "a process that outlives its submission",
        (
            "import os, subprocess\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import signal\n"
            "        for s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\n        os.execvp('sleep', ['sleep', '@SLEEP@'])\n    os._exit(0)",
        ),
    ),
    Attack(
        "flood",
        "print without end",
        ("import os\nwhile True: os.write(1, b'y' * 65536)",),
        twin_cells=("print('x' * 10**6)",),
    ),
    Attack(
        "closes-pipes",
        "close everything that is open",
        ("import os\nos.closerange(0, 256)",),
        twin_cells=("import sys\nsys.stdout = sys.stderr",),
    ),
    Attack("closes-output", "close the output", ("import os\nos.close(1); os.close(2)",)),
    Attack(
        "hostile-exception",
        "an exception that fails when looked at",
        (
            "class Meta(type):\n    __name__ = property(lambda self: 1 / 0)\n    def __repr__(self): raise SystemExit\n"
            "class E(Exception, metaclass=Meta):\n    def __str__(self): raise BaseException\n    __repr__ = __str__\n"
            "    def __getattr__(self, n): raise BaseException\nraise E()",
        ),
        solutions={"momentum_step": "def momentum_step(*a): raise E()"},
    ),
    Attack(
        "hostile-class-name",
        "a class whose name is a page",
        ("E = type('<script>alert(1)</script>' * 10**4, (Exception,), {})\nraise E('\\ud800')",),
        solutions={
            "momentum_step": "def momentum_step(*a): return type('<img src=x onerror=alert(1)>\\ud800' * 10**5, (), {})()"
        },
    ),
    Attack(
        "exception-that-loops",
        "an exception whose text never ends",
        ("import time\nclass E(Exception):\n    def __str__(self):\n        while True: time.sleep(1)\nraise E()",),
    ),
    Attack(
        "metaclass",
        "types that say they are something else",
        solutions={
            "momentum_step": "class M(type):\n    def __instancecheck__(c, o): return True\n    def __subclasscheck__(c, o): return True\n"
            "class A(metaclass=M):\n    @property\n    def __class__(self): return np.ndarray\n    size = 5\n"
            "def momentum_step(*a): return A(), A()"
        },
    ),
    Attack(
        "hostile-output",
        "a page and a terminal in what is printed",
        (
            "print('<script>alert(1)</script><img src=x onerror=alert(1)>\\x1b]8;;javascript:alert(1)\\x07x\\x1b[31m\\x1b[2J')\n"
            "from IPython.display import HTML, Javascript, display\ndisplay(HTML('<script>alert(1)</script>'), Javascript('alert(1)'))\n"
            "raise ValueError('<script>alert(1)</script>')",
        ),
        twin_cells=("from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\nprint('a < b > c')",),
    ),
    Attack(
        "hostile-answer",
        "a page in the written answer",
        mangle=written(
            '<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) ![x](x "onerror=alert(1)")\n\n'
            "[a]: javascript:alert(1)\n\n[a] <javascript:alert(1)>\n\n<div\nonclick=alert(1)>$\\href{javascript:alert(1)}{x}\\bbox[position:fixed]{x}$</div>\n\n"
            "`<script>alert(1)</script>`\n\n    <script>alert(1)</script>\n\n$$<script>alert(1)</script>$$\n\\begin{a}<script>alert(1)</script>\\end{a}"
        ),
        twin_mangle=written("**Adam** is first: $a<b$, $\\frac{1}{2}$, `x < y`.\n\n- one\n- two"),
    ),
    Attack(
        "hostile-ids",
        "pages in ids, names, tags and metadata",
        mangle=everywhere(
            lambda c: (
                c.update(id="<script>alert(1)</script>"),
                c.metadata.update(name="<script>alert(1)</script>", tags=["<script>"]),
            )
        ),
    ),
    Attack(
        "edited-metadata",
        "more points, other ids, no execution",
        mangle=everywhere(
            lambda c: (
                c.metadata.get("nbgrader")
                and (c.metadata.nbgrader.update(points=1000, locked=False), c.metadata.update(tags=["skip-execution"]))
            )
        ),
        twin_mangle=everywhere(lambda c: c.metadata.get("nbgrader") and c.metadata.nbgrader.update(points=0)),
    ),
    Attack(
        "tagged-solution",
        "tags that keep a cell from being run",
        mangle=edited("momentum_step", lambda c: c.metadata.update(tags=["skip-execution", "picture", "check"])),
        twin_mangle=edited("momentum_step", lambda c: c.metadata.update(tags=["skip-execution", "picture"])),
    ),
    Attack(
        "own-test",
        "a test cell of one's own",
        mangle=edited("test_momentum_step", lambda c: c.update(source="pass")),
        twin_mangle=edited("test_momentum_step", lambda c: c.update(source="pass")),
    ),
    Attack(
        "nonsense-cells",
        "cells that are nothing",
        mangle=lambda n: (
            '{"cells": [{"cell_type": "code", "source": {}, "metadata": [], "id": [[]], "outputs": 3},'
            ' {"cell_type": ["x"], "source": 1}, {"cell_type": "code"}], "metadata": 1, "nbformat": 4, "nbformat_minor": 5}'
        ),
    ),
    Attack("nested-json", "JSON a hundred thousand deep", mangle=lambda n: "[" * 100000 + "]" * 100000),
    Attack("long-number-json", "a number of a million digits", mangle=lambda n: '{"nbformat": ' + "9" * 10**6 + "}"),
    Attack("zip", "an archive in the place of the notebook", mangle=lambda n: b"PK\x03\x04" + bytes(1000)),
    Attack(
        "infinite-format",
        "a version that is infinite",
        mangle=lambda n: '{"cells": [], "metadata": {}, "nbformat": 1e999, "nbformat_minor": NaN}',
    ),
    Attack(
        "nineteen-megabytes",
        "a notebook just below the limit",
        mangle=edited("momentum_step", lambda c: c.update(source="# " + "x" * 19_000_000)),
    ),
    Attack(
        "merge-of-many",
        "two sides of a merge with thousands of cells, no two of them alike",
        mangle=lambda n: merge(
            many_cells(2000, "x")(copy.deepcopy(n)), many_cells(2000, "y")(copy.deepcopy(n)), distinct=True
        ),
        twin_mangle=lambda n: merge(n, n),
    ),
    Attack(
        "newlines",
        "a million empty lines",
        ("\n" * 10**6 + "x = 1",),
    ),
    Attack(
        "thousands-of-cells",
        "twenty thousand cells",
        mangle=many_cells(5000, "print('x' * 20000)"),
        twin_mangle=many_cells(60, "print(1)"),
    ),
    Attack(
        "half-characters",
        "text that is no text",
        ("x = '\ud800'", "raise ValueError(chr(0xdcff))"),
        mangle=written("\udcff"),
        twin_cells=("x = '\N{SNOWMAN}'",),
    ),
    Attack(
        "control-characters",
        "NUL and escapes in a cell",
        ("x = '\0\x1b[2J'",),
        mangle=written("a\0<\0script>alert(1)</script>\x1b[2J"),
        stumbles=True,
    ),
]

ATTACKS = {attack.name: attack for attack in (*LIES, *USES, *NOT_WRITTEN, *REACHING, *BREAKING)}


@dataclass(frozen=True)
class Twin:
    """A right submission that does the honest things beside some attacks."""

    cells: tuple[str, ...] = ()
    solutions: dict[str, str] = field(default_factory=dict)
    mangle: Mangle | None = None


TOGETHER = 5  # twins that are but cells hand in together: each submission takes its time


def twins() -> tuple[dict[str, Twin], dict[str, str]]:
    """The twins by the names under which they hand in, and by attack the name of its twin: the plain right submission,
    if it has nothing of its own.
    """
    made, names = {"bystander": Twin()}, dict.fromkeys(ATTACKS, "bystander")
    talking = [a for a in ATTACKS.values() if a.twin_cells and not (a.twin_solutions or a.twin_mangle)]
    for start in range(0, len(talking), TOGETHER):
        group = talking[start : start + TOGETHER]
        made[f"twins-{start}"] = Twin(tuple(cell for attack in group for cell in attack.twin_cells))
        names |= {attack.name: f"twins-{start}" for attack in group}
    for attack in ATTACKS.values():
        if attack.twin_solutions or attack.twin_mangle:
            names[attack.name] = f"{attack.name}-twin"
            made[names[attack.name]] = Twin(attack.twin_cells, attack.twin_solutions, attack.twin_mangle)
    return made, names


TWINS, TWIN_OF = twins()
