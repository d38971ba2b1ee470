"""Cut what the tests need out of the reference outputs of the original LCN.

    python tests/models/lcn_tf1/make.py REFERENCE_FOLDER    (needs TensorFlow)

The reference ran the original network (TensorFlow 2.15 in graph mode, float32) on synthetic poses with Human3.6M's
joints and intrinsics. It holds `tiny_in2/` (8 channels, 1 block, trained), `f16_in3/` (16 channels, 3 blocks, with
confidence, trained) and `trainstep/` (as the first with dropout 0: three steps of Adam from the first weights on). In
the names of variables `|` stands for `/`.

Kept: `trained.npz` and `trained_in3.npz` (variables, input `x`, output `y`); `checkpoint/`, the first of them as
TensorFlow wrote it, Adam's moments included; for each kind of mask `steps_MASK.npz` (first variables `v0|`, first
loss, prediction and gradients `g0|`, moving statistics after one step `v1|`, variables after three steps `v3|`, and
the learning rates `lr`); `losses.npz` with their losses and their moving averages; `batches.npz` with the three
batches, which all masks share.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
MASKS = ("fixed", "learnable_random", "learnable_same")


def write(name: str, arrays: dict[str, np.ndarray]) -> None:
    kept = {key: np.asarray(array, dtype=np.float32) for key, array in arrays.items()}
    np.savez_compressed(HERE / f"{name}.npz", **kept)


def network_only(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        key: a for key, a in arrays.items() if "Adam" not in key and ("linear_model" in key or key.endswith("mask"))
    }


def checkpoint_variables(prefix: Path) -> dict[str, np.ndarray]:
    import tensorflow

    reader = tensorflow.train.load_checkpoint(str(prefix))
    return {name.replace("/", "|"): reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def main(reference: Path) -> None:
    trained = dict(np.load(reference / "tiny_in2" / "weights_best.npz"))
    seen = np.load(reference / "tiny_in2" / "io_best.npz")
    write("trained", {**network_only(trained), "x": seen["x"], "y": seen["y"]})
    trained = checkpoint_variables(reference / "f16_in3" / "checkpoints" / "best_noadam" / "model-1500")
    seen = np.load(reference / "f16_in3" / "io_best.npz")
    write("trained_in3", {**network_only(trained), "x": seen["x"], "y": seen["y"]})
    (HERE / "checkpoint").mkdir(exist_ok=True)
    for file in (reference / "tiny_in2" / "checkpoints" / "best").iterdir():
        shutil.copyfile(file, HERE / "checkpoint" / file.name)
    batches, losses = {}, {}
    for mask in MASKS:
        steps = dict(np.load(reference / "trainstep" / f"trainstep_f8_l1_{mask}.npz"))
        here = {key: steps[key] for key in ("x0", "y0", "x1", "y1", "x2", "y2")}
        assert not batches or all(np.array_equal(batches[key], here[key]) for key in here)
        batches = here
        kept = {key: a for key, a in steps.items() if key.startswith("g0|") or key in ("pred0", "loss0")}
        kept |= network_only({key: a for key, a in steps.items() if key.startswith("v0|")})
        kept |= {key: a for key, a in steps.items() if key.startswith("v1|") and "moving" in key}
        kept |= network_only({key: a for key, a in steps.items() if key.startswith("v3|")})
        kept |= {key: steps[key] for key in ("lr0", "lr1", "lr2")}
        write(f"steps_{mask}", kept)
        losses |= {f"{mask}|{key}": a for key, a in steps.items() if key.startswith("loss") and "|" not in key}
    write("batches", batches)
    write("losses", losses)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
