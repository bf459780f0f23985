"""All experiments at once on a larger machine: some on its GPU, the others on its processor, each in its own process.

    python -m course.experiments.machine OUT [--seconds 400] [--quick]
    python -m course.experiments.machine OUT --answer

Each experiment writes OUT/NAME.json when it is done, and its runs into OUT/runs/NAME.csv as they are made. What is not
done after so many seconds is stopped. First `speed` measures how long one run and many take on the GPU, alone. The
second line then answers the claims from the files, on any machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

GPU = [["convolution", "longer"], ["recurrent", "early"]]
"""Lanes: those in one lane run one after the other, in the order of their importance."""
PROCESSOR = [["dense"], ["sparse"], ["drift", "cost"], ["curves", "markets"], ["defaults"], ["valley"]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything, or one experiment; 1 if something was not done."""
    parser = argparse.ArgumentParser(prog="machine", description="All experiments at once on a larger machine.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=400)
    parser.add_argument("--quick", action="store_true", help="the small setting, to try it out")
    parser.add_argument("--one", help="run this experiment, here")
    parser.add_argument("--answer", action="store_true", help="answer the claims from the files that are in OUT")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.answer:
        return answered(options.out)
    if options.one:
        return run(options.one, options.out, options.quick)
    return everything(options.out, options.seconds, options.quick)


def run(name: str, out: Path, quick: bool) -> int:
    """One experiment: its results without answers to claims, which are given from the file."""
    from course.experiments.comparison.experiment import Gathered, Measurement
    from course.experiments.comparison.protocol import compare
    from course.experiments.comparison.study import write
    from course.experiments.comparison.summary import plain_data
    from course.experiments.studies import EXPERIMENTS

    experiment, comparisons, table = EXPERIMENTS[name], [], out / "runs" / f"{name}.csv"
    if isinstance(experiment, Measurement):
        gathered = Gathered(name, measured=tuple(experiment.measure(quick)))
        write(plain_data(experiment, gathered, [], quick), out / f"{name}.json")
        return 0
    for task, protocol in experiment.plan(quick):
        began = time.perf_counter()
        comparisons.append(compare(task, experiment.optimizers, protocol, table=table, progress=False))
        gathered = Gathered(name, tuple(comparisons))  # written task by task: a run that is stopped leaves what it has
        write(plain_data(experiment, gathered, [], quick), out / f"{name}.json")
        print(f"{name}, {task.name}: {time.perf_counter() - began:.0f} s, {comparisons[-1].where}", flush=True)
    return 0


def answered(out: Path) -> int:
    """Put the answers to the claims into the files, and what is counted or computed without training."""
    from course.experiments.comparison import kept
    from course.experiments.comparison.claims import answer, read
    from course.experiments.comparison.experiment import Experiment, Gathered
    from course.experiments.comparison.study import write
    from course.experiments.comparison.summary import plain_data
    from course.experiments.studies import EXPERIMENTS, cost

    kept.FOLDER, claims = out, read(EXPERIMENTS)
    for name, experiment in EXPERIMENTS.items():
        stored, gathered = kept.stored(name), kept.gathered(name)
        measured = list(gathered.measured)
        if isinstance(experiment, Experiment) and not measured:
            tasks = {task.name: task for task, _ in experiment.plan(stored["quick"])}
            for comparison in gathered.comparisons:
                measured += experiment.beside(tasks[comparison.task], comparison.protocol.report_seeds)
        if name == "cost" and all(m.quantity != cost.OPERATIONS for m in measured):
            measured += cost.counted()
        gathered = Gathered(name, gathered.comparisons, tuple(measured))
        answers = [answer(claim, gathered) for claim in claims if claim.experiment == name]
        found = plain_data(experiment, gathered, answers, stored["quick"])
        write(found | {"asked": stored["asked"]}, out / f"{name}.json")  # the claims as they were at the run
        print(f"{name}: {', '.join(f'{a.claim.id} {a.answer}' for a in answers)}", flush=True)
    return 0


def everything(out: Path, seconds: float, quick: bool) -> int:
    """All lanes side by side, each on cores of its own. Returns 1 if something was not done."""
    until = time.monotonic() + seconds
    cores = sorted(os.sched_getaffinity(0))
    share = max(1, (len(cores) - 2 * len(GPU)) // len(PROCESSOR))
    places = [cores[i * share : (i + 1) * share] or cores for i in range(len(PROCESSOR))]
    rest = cores[len(PROCESSOR) * share :] or cores
    lanes = [Lane(names, own, out, quick, gpu=False) for names, own in zip(PROCESSOR, places, strict=True)]
    _speed(out, rest, quick, until, lanes)
    lanes += [Lane(names, rest, out, quick, gpu=True) for names in GPU]
    while any([lane.go_on() for lane in lanes]) and time.monotonic() < until:
        time.sleep(0.5)
    undone = [name for lane in lanes for name in lane.stop()]
    print(f"not done: {', '.join(undone) or 'nothing'}", flush=True)
    return int(bool(undone))


class Lane:
    """Experiments one after the other, in processes on these cores."""

    def __init__(self, names: Sequence[str], cores: Sequence[int], out: Path, quick: bool, *, gpu: bool) -> None:
        self.left, self.out, self.quick = list(names), out, quick
        self.cores, self.environment = cores, environment(gpu)
        self.now: tuple[str, subprocess.Popen[bytes]] | None = None
        self.undone: list[str] = []

    def go_on(self) -> bool:
        """Start the next experiment if none is running; whether there is still something to do."""
        if self.now and self.now[1].poll() is None:
            return True
        if self.now and self.now[1].returncode:
            self.undone.append(self.now[0])
        self.now = None
        if not self.left:
            return False
        name = self.left.pop(0)
        command = [sys.executable, "-m", "course.experiments.machine", str(self.out), "--one", name]
        self.now = name, start([*command, *["--quick"] * self.quick], self.cores, self.environment)
        return True

    def stop(self) -> list[str]:
        """End what is running; the names of what was not done."""
        if self.now and self.now[1].poll() is None:
            self.now[1].kill()
            self.undone.append(self.now[0])
        elif self.now and self.now[1].returncode:
            self.undone.append(self.now[0])
        return self.undone + self.left


def environment(gpu: bool) -> dict[str, str]:
    """JAX, with products of matrices in full single precision, and without the GPU where it is not wanted."""
    own = {"KERAS_BACKEND": "jax", "JAX_DEFAULT_MATMUL_PRECISION": "float32"}
    return os.environ | own | ({} if gpu else {"JAX_PLATFORMS": "cpu"})


def start(command: Sequence[str], cores: Sequence[int], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A process on these cores."""
    return subprocess.Popen(command, env=environment, preexec_fn=partial(os.sched_setaffinity, 0, cores))


def _speed(out: Path, cores: Sequence[int], quick: bool, until: float, lanes: Sequence[Lane]) -> None:
    """The table of `make bench` on the GPU, which nobody else uses meanwhile; the lanes on the processor go on."""
    command = [sys.executable, "-m", "course.experiments.training.speed", "--out", str(out / "speed.json")]
    command += ["--runs", "100", "--fits", "1", "--epochs", "2" if quick else "10", "--sizes", "1", "10", "100"]
    command += [] if quick else ["1000", "10000"]
    running = start(command, cores, environment(gpu=True))
    end = min(until, time.monotonic() + 80)
    while running.poll() is None and time.monotonic() < end:
        for lane in lanes:
            lane.go_on()
        time.sleep(0.5)
    if running.poll() is None:
        running.kill()


if __name__ == "__main__":
    raise SystemExit(main())
