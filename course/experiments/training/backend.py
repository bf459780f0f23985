"""Load Keras without its backend's noise, and say what runs where: backend, device, precision, versions."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

BACKENDS = ("tensorflow", "jax")

# Read when the backend starts; what the user has set stays. A course shares its GPU with others: take what is needed.
_SETTINGS = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}


@dataclass(frozen=True)
class Where:
    """What ran, and on what. `str` of it is the one line that every sweep prints."""

    backend: str
    device: str
    precision: str
    versions: str

    def __str__(self) -> str:
        return f"{self.backend} on {self.device}, {self.precision} ({self.versions})"


@cache
def load() -> ModuleType:
    """Import Keras on the backend that KERAS_BACKEND names, by default TensorFlow, or JAX where there is no TensorFlow.

    ImportError, in one line, if there is no Keras or its backend is neither of the two.
    """
    if "KERAS_BACKEND" not in os.environ:
        installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
        os.environ["KERAS_BACKEND"] = installed[0] if installed else BACKENDS[0]
    _must_be_known(sys.modules["keras"].backend.backend() if "keras" in sys.modules else os.environ["KERAS_BACKEND"])
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    with _quiet():
        try:
            import keras
        except ModuleNotFoundError as error:
            raise ImportError(f"training needs Keras and TensorFlow (or JAX), and {error.name} is missing") from None
        _devices(keras.backend.backend())  # the backend writes more notes when it first looks for devices
    # TensorFlow warns of functions that are compiled again and again. Each sweep compiles its own, and means to.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return keras


def _must_be_known(backend: str) -> None:
    if backend not in BACKENDS:
        raise ImportError(
            f"Keras runs on {backend} here; set KERAS_BACKEND to {' or '.join(BACKENDS)} before Python starts"
        )


def where() -> Where:
    """Where training runs now: the first device of Keras' backend, and Keras' float type."""
    keras = load()
    backend = keras.backend.backend()
    kind, device = _devices(backend)[0]
    precision = keras.config.floatx()
    if kind == "gpu" and precision == "float32" and _tf32(backend):
        precision = "float32 (matrix products may use TF32)"
    version = sys.modules[backend].__version__
    numpy = sys.modules["numpy"].__version__
    versions = f"keras {keras.__version__}, {backend} {version}, numpy {numpy}"
    return Where(backend, device, precision, versions)


def memory() -> float:
    """Bytes that one stack of runs may take here: one gigabyte, and 16 on a GPU."""
    return 2.0**34 if _devices(load().backend.backend())[0][0] == "gpu" else 2.0**30


def _devices(backend: str) -> list[tuple[str, str]]:
    """(kind, name) of each device, accelerators first; kind is "gpu", "tpu" or "cpu"."""
    if backend == "jax":
        import jax

        found = [("cpu" if d.platform == "cpu" else d.platform.replace("cuda", "gpu"), d) for d in jax.devices()]
        return [(kind, _cpu() if kind == "cpu" else d.device_kind) for kind, d in found]
    import tensorflow as tf

    tf.config.list_logical_devices()
    gpus = [tf.config.experimental.get_device_details(d) for d in tf.config.list_physical_devices("GPU")]
    return [*(("gpu", details.get("device_name", "GPU")) for details in gpus), ("cpu", _cpu())]


def _tf32(backend: str) -> bool:
    """Whether a float32 product of matrices may be computed with 10 bits of mantissa on an NVIDIA GPU."""
    if backend == "jax":
        import jax

        return jax.config.values["jax_default_matmul_precision"] not in ("float32", "highest")
    import tensorflow as tf

    return bool(tf.config.experimental.tensor_float_32_execution_enabled())


def _cpu() -> str:
    """The processor's name, as far as the system tells, and how many cores this process may use."""
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU ({name}, {cores} cores)"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what C++ code writes to stderr; it is shown only if the body fails."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            notes.seek(0)
            os.write(2, notes.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
