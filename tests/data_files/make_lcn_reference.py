"""How `lcn_reference.safetensors` was made: the data set of the reference run of the original network, as a store.

    poselift prepare h36m REFERENCE/dataset -o all.safetensors
    python make_lcn_reference.py all.safetensors

Synthetic poses, seen by cameras with Human3.6M's intrinsics: the test set, and every tenth clip to train on.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from poselift.data.store import load_store


def main(path: str) -> None:
    store = load_store(path)
    others = [clip for clip in store.clips if clip.split != "test"]
    kept = [*others[::10], *(clip for clip in store.clips if clip.split == "test")]
    frames = np.concatenate([np.arange(clip.start, clip.start + clip.length) for clip in kept])
    starts = np.cumsum([0, *(clip.length for clip in kept)])
    clips = tuple(replace(clip, start=int(start)) for clip, start in zip(kept, starts, strict=False))
    arrays = {name: np.asarray(array)[frames] for name, array in store.arrays.items()}
    small = replace(store, clips=clips, arrays=arrays)
    small.save(Path(__file__).with_name("lcn_reference.safetensors"), overwrite=True)


if __name__ == "__main__":
    main(sys.argv[1])
