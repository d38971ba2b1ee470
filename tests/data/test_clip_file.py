"""Clips read back as they were written; foreign, damaged and hostile files end in one line."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.clip_file import load_clip, save_clip
from poselift.errors import DataFormatError, OutputError, SkeletonError
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BLAZEPOSE_33, COCO_17, H36M_17

FORMATS = ["npz", "json"]
ARRAYS = ("joints_px", "confidence", "valid", "filled", "joints_root_mm", "root_cam_mm")
CAMERA = Camera(
    focal_px=np.array([1000.1, 999.9]),
    center_px=np.array([512, 511.3]),
    rotation=axis_rotation("Y", 0.3),
    position_mm=np.array([1, 2, 3000.7]),
    radial=np.array([-0.2, 0.1, 0]),
    tangential=np.array([1e-3, -1e-4]),
    size_px=(1024, 1023),
    name="cam é 1",
)

CAMERA_HEADER = {
    "focal_px": [1, 1],
    "center_px": [0, 0],
    "rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "position_mm": [0, 0, 0],
    "radial": [0, 0, 0],
    "tangential": [0, 0],
    "size_px": None,
    "name": "",
}


def clip_of(dtype=np.float32, frames=6, skeleton=H36M_17, **changes) -> Clip:
    rng = np.random.default_rng(0)
    joints = len(skeleton)
    valid = np.arange(frames) % 4 != 2
    values = {
        "joints_px": rng.normal(500, 200, (frames, joints, 2)),
        "confidence": rng.random((frames, joints)),
        "joints_root_mm": rng.normal(0, 1 / 3, (frames, joints, 3))
        * 10.0 ** rng.integers(-8, 6, (frames, joints, 1)),
        "root_cam_mm": rng.normal(0, 3000, (frames, 3)),
    }
    values = {name: array.astype(dtype) for name, array in values.items()}
    for array in values.values():
        array[~valid] = 0 if array is values["confidence"] else np.nan
    settings = {
        "valid": valid,
        "filled": np.arange(frames) == 1,
        "size_px": (1920, 1080),
        "camera": CAMERA,
        "source": "walk “é”.mp4",
    }
    return Clip(skeleton, 29.97, **{**values, **settings, **changes})


VARIANTS = {
    "float32": lambda: clip_of(),
    "float64": lambda: clip_of(np.float64),
    "float16": lambda: clip_of(np.float16, joints_root_mm=None),
    "mixed": lambda: clip_of(root_cam_mm=np.full((6, 3), 1 / 3)),
    "no camera": lambda: clip_of(camera=None, size_px=None, source=""),
    "camera without size": lambda: clip_of(camera=replace(CAMERA, size_px=None)),
    "2D only": lambda: clip_of(joints_root_mm=None, root_cam_mm=None),
    "3D only": lambda: clip_of(joints_px=None, confidence=None),
    "no root": lambda: clip_of(root_cam_mm=None),
    "no frames": lambda: clip_of(frames=0),
    "one frame": lambda: clip_of(frames=1),
    "nobody": lambda: clip_of(valid=np.zeros(6, dtype=bool)),
    "other skeleton": lambda: clip_of(skeleton=BLAZEPOSE_33),
}


def assert_same(one: Clip, other: Clip) -> None:
    assert (one.skeleton, one.fps, one.size_px, one.source) == (
        other.skeleton,
        other.fps,
        other.size_px,
        other.source,
    )
    for name in ARRAYS:
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None), name
        if a is not None:
            assert a.dtype == b.dtype, name
            np.testing.assert_array_equal(a, b, err_msg=name)
    assert (one.camera is None) == (other.camera is None)
    if one.camera is not None:
        assert (one.camera.size_px, one.camera.name) == (other.camera.size_px, other.camera.name)
        for name in ("focal_px", "center_px", "rotation", "position_mm", "radial", "tangential"):
            np.testing.assert_array_equal(getattr(one.camera, name), getattr(other.camera, name))


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_clip_reads_back_as_it_was(tmp_path, variant, ending):
    clip, path = VARIANTS[variant](), tmp_path / f"clip.{ending}"
    save_clip(clip, path)
    assert_same(load_clip(path), clip)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.usefixtures("unchecked_shapes")
def test_numbers_of_numpy_are_numbers(tmp_path, ending):
    path, size_px = tmp_path / f"a.{ending}", tuple(np.array([1920, 1080]))
    camera = replace(CAMERA, size_px=size_px)
    save_clip(clip_of(size_px=size_px, camera=camera).replaced(fps=np.float32(29.97)), path)
    clip = load_clip(path)
    assert clip.fps == np.float32(29.97)
    assert clip.size_px == clip.camera.size_px == (1920, 1080)


def test_json_is_strict_and_says_what_it_holds(tmp_path):
    clip = clip_of()
    save_clip(clip, tmp_path / "a.json")

    def refuse(token):
        raise AssertionError(f"{token} is no JSON (RFC 8259)")

    data = json.loads((tmp_path / "a.json").read_bytes().decode("utf-8"), parse_constant=refuse)
    assert (data["skeleton"], data["fps"], data["size_px"]) == ("h36m17", 29.97, [1920, 1080])
    assert data["joints"] == list(H36M_17.joints)
    assert set(data["units"]) == {"joints_px", "confidence", "joints_root_mm", "root_cam_mm"}
    rows = data["frames"]
    assert [row["frame"] for row in rows] == list(range(6))
    assert [row["valid"] for row in rows] == clip.valid.tolist()
    assert rows[3]["time_s"] == pytest.approx(3 / 29.97, abs=1e-6)
    assert rows[2]["joints_px"] == [[None, None]] * 17
    np.testing.assert_allclose(rows[3]["joints_root_mm"], clip.joints_root_mm[3], rtol=1e-6)


def test_what_is_infinite_is_nan_after_json(tmp_path):
    joints_px = clip_of().joints_px.copy()
    joints_px[0, 0] = np.inf
    save_clip(clip_of(joints_px=joints_px), tmp_path / "a.json")
    assert np.isnan(load_clip(tmp_path / "a.json").joints_px[0, 0]).all()


def test_npz_needs_nothing_but_numpy(tmp_path):
    save_clip(clip_of(), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert set(file) == {*ARRAYS, "header"}
        assert json.loads(str(file["header"]))["joints"] == list(H36M_17.joints)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_is_kept_unless_told_otherwise(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    save_clip(clip_of(), path)
    with pytest.raises(OutputError, match="exists"):
        save_clip(clip_of(frames=2), path)
    assert len(load_clip(path)) == 6
    save_clip(clip_of(frames=2), path, overwrite=True)
    assert len(load_clip(path)) == 2


@pytest.mark.parametrize("ending", FORMATS)
def test_a_skeleton_that_no_reader_knows_is_not_written(tmp_path, ending):
    for skeleton in (replace(H36M_17, name="mine"), replace(H36M_17, root=("head",))):
        with pytest.raises(SkeletonError, match="not one that a reader knows"):
            save_clip(clip_of(skeleton=skeleton), tmp_path / f"a.{ending}")
    assert list(tmp_path.iterdir()) == []


def changed_npz(path, **changes):
    """Rewrite an npz with entries exchanged, pickles included."""
    with np.load(path) as file:
        arrays = {**file, **changes}
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(array), allow_pickle=True)
            archive.writestr(f"{name}.npy", content.getvalue())


def changed_header(path, **changes):
    if path.suffix == ".json":
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
        return
    with np.load(path) as file:
        header = json.loads(str(file["header"]))
    changed_npz(path, header=np.array(json.dumps({**header, **changes})))


def refused(path) -> DataFormatError:
    with pytest.raises(DataFormatError) as error:
        load_clip(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.hint
    return error.value


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "expected version 1, found 2"),
        ({"format": "somebody-elses"}, "expected poselift-clip, found somebody-elses"),
        ({"skeleton": "of_tomorrow"}, "unknown skeleton"),
        ({"skeleton": ["h36m17"]}, "TypeError"),
        ({"joints": list(COCO_17.joints)}, "joints"),
        ({"joints": 17}, ""),
        ({"fps": 0}, "fps"),
        ({"fps": "fast"}, "fast"),
        ({"size_px": [1920]}, "IndexError"),
        ({"size_px": [-1, 5]}, "size_px"),
        ({"camera": {"focal_px": [1, 1]}}, "KeyError"),
        ({"camera": {**CAMERA_HEADER, "focal_px": [0, 0]}}, "focal_px"),
        ({"camera": {**CAMERA_HEADER, "rotation": [[1, 0], [0, 1]]}}, "rotation"),
        ({"camera": "mine"}, "TypeError"),
    ],
)
@pytest.mark.usefixtures("unchecked_shapes")
def test_a_header_that_cannot_be_is_refused(tmp_path, ending, changes, message):
    path = tmp_path / f"a.{ending}"
    save_clip(clip_of(), path)
    changed_header(path, **changes)
    assert message in str(refused(path))


def test_a_newer_file_says_what_to_do(tmp_path):
    save_clip(clip_of(), tmp_path / "a.json")
    (tmp_path / "a.json").write_text(json.dumps({"format": "poselift-clip", "version": 99, "all": "new"}))
    assert "pip install" in refused(tmp_path / "a.json").hint


class _Bomb:
    def __reduce__(self):
        return pytest.fail, ("the pickle was opened",)


@pytest.mark.parametrize(
    "changes",
    [
        {"joints_px": np.array([_Bomb()], dtype=object)},
        {"header": np.array([_Bomb()], dtype=object)},
        {"header": np.array(b"\xff\xfe")},
        {"header": np.array("[" * 100_000)},
        {"joints_px": np.zeros((6, 17, 2), dtype=complex)},
        {"joints_px": np.zeros((6, 17, 2), dtype="U3")},
        {"joints_px": np.zeros((5, 17, 2))},
        {"valid": np.zeros(6)},
    ],
)
@pytest.mark.usefixtures("unchecked_shapes")
def test_hostile_arrays_are_refused(tmp_path, changes):
    save_clip(clip_of(), tmp_path / "a.npz")
    changed_npz(tmp_path / "a.npz", **changes)
    refused(tmp_path / "a.npz")


def test_an_array_larger_than_memory_is_refused(tmp_path):
    save_clip(clip_of(joints_px=None, confidence=None), tmp_path / "a.npz")
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (1 << 50, 17, 2)})
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("joints_px.npy", header.getvalue())
    assert "MemoryError" in str(refused(tmp_path / "a.npz"))


FOREIGN = {
    "empty": b"",
    "garbage": bytes(range(256)) * 9,
    "text": b"not json",
    "pickle": pickle.dumps({"joints_px": [1]}),
    "list": b"[1, 2]",
    "object": b'{"people": []}',
    "null": b"null",
    "deep": b"[" * 100_000,
    "rows": b'{"format": "poselift-clip", "version": 1, "frames": [1]}',
}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("content", FOREIGN)
def test_foreign_files_are_refused(tmp_path, ending, content):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(FOREIGN[content])
    refused(path)


def test_an_array_alone_is_refused(tmp_path):
    with open(tmp_path / "a.npz", "wb") as file:
        np.save(file, np.zeros(3))
    refused(tmp_path / "a.npz")


@pytest.mark.parametrize("dtypes", [{"joints_px": "O"}, {"joints_px": "no type"}, {"source": "f4"}, [1]])
@pytest.mark.usefixtures("unchecked_shapes")
def test_types_that_cannot_be_are_refused(tmp_path, dtypes):
    path = tmp_path / "a.json"
    save_clip(clip_of(), path)
    changed_header(path, dtypes=dtypes)
    refused(path)


@pytest.mark.parametrize("ending", FORMATS)
def test_missing_files_and_folders_are_refused(tmp_path, ending):
    assert "No such file" in str(refused(tmp_path / f"absent.{ending}"))
    (tmp_path / f"folder.{ending}").mkdir()
    refused(tmp_path / f"folder.{ending}")


def test_the_ending_says_what_it_is(tmp_path):
    for act in (lambda: save_clip(clip_of(), tmp_path / "a.csv"), lambda: load_clip(tmp_path / "a.csv")):
        with pytest.raises(DataFormatError, match=r"ends in \.npz or \.json, got '\.csv'") as error:
            act()
        assert error.value.hint


@pytest.mark.parametrize("ending", FORMATS)
def test_a_cut_file_is_refused(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    save_clip(clip_of(), path)
    content = path.read_bytes()
    for length in range(0, len(content) - 2, max(1, len(content) // 60)):
        path.write_bytes(content[:length])
        refused(path)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:overflow:RuntimeWarning")
@pytest.mark.usefixtures("unchecked_shapes")
def test_damage_is_refused_or_read_as_a_clip(tmp_path, ending):
    """Whatever a few wrong bytes make of a file, no other error comes out."""
    path = tmp_path / f"a.{ending}"
    save_clip(clip_of(frames=2), path)
    content, rng = path.read_bytes(), np.random.default_rng(0)
    outcomes = {True: 0, False: 0}
    for _ in range(150):
        damaged = bytearray(content)
        for at in rng.integers(0, len(content), 3):
            damaged[at] = rng.integers(0, 256)
        path.write_bytes(damaged)
        try:
            load_clip(path)
            outcomes[True] += 1
        except DataFormatError:
            outcomes[False] += 1
    assert outcomes[False] > 20
