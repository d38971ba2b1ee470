"""Scenes read back as they were written; foreign, damaged and hostile files end in one line."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.data.scene_file import load, save
from poselift.errors import DataFormatError, OutputError
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BLAZEPOSE_33, COCO_17, H36M_17

HERE = Path(__file__).parents[1] / "data_files"
FORMATS = ["npz", "json"]
ARRAYS = ("joints_px", "confidence", "valid", "filled", "joint_status", "joints_root_mm", "root_cam_mm", "time_s")
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

TRACK = {"id": 1, "first_frame": 0, "skeleton": H36M_17.as_dict(), "dtypes": {"joints_px": "float32"}}
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
    "a skeleton of one's own": lambda: clip_of(skeleton=replace(COCO_17, name="mine", root=("nose",))),
    "a known name for something else": lambda: clip_of(skeleton=replace(H36M_17, root=("head",))),
    "uneven times": lambda: clip_of(time_s=np.cumsum(np.random.default_rng(1).random(6)) / 3 - 1),
}


def scene_of_three() -> Scene:
    """People of other skeletons, lengths and arrays, who come and go; the last is 2D only, with its own camera."""
    footage = Footage(np.cumsum(np.random.default_rng(2).random(9)), (1920, 1080), CAMERA, "street.mp4")

    def track(track_id, first, frames, skeleton, **changes):
        changes = {"source": "street.mp4", "time_s": footage.time_s[first : first + frames], **changes}
        return Track(track_id, first, clip_of(frames=frames, skeleton=skeleton, **changes).replaced(**changes))

    return Scene(
        footage,
        (
            track(7, 0, 9, H36M_17),
            track(2, 3, 4, BLAZEPOSE_33, size_px=None),
            track(-1, 8, 1, COCO_17, joints_root_mm=None, root_cam_mm=None, camera=replace(CAMERA, name="other")),
        ),
    )


SCENES = {
    "three people": scene_of_three,
    "nobody": lambda: scene_of_three().replaced(tracks=()),
    "with notes": lambda: scene_of_three().replaced(
        footage=scene_of_three().footage.noted("cut “short”", "2 frames")
    ),
    "nobody in no frame": lambda: Scene(Footage.regular(0, 25)),
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
    save(clip, path)
    scene = load(path)
    assert len(scene) == 1
    assert_same(scene.main, clip)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("variant", SCENES)
def test_a_scene_reads_back_as_it_was(tmp_path, variant, ending):
    scene, path = SCENES[variant](), tmp_path / f"scene.{ending}"
    save(scene, path)
    again = load(path)
    np.testing.assert_array_equal(again.footage.time_s, scene.footage.time_s)
    for name in ("fps", "size_px", "source", "notes"):
        assert getattr(again.footage, name) == getattr(scene.footage, name), name
    assert (again.footage.camera and again.footage.camera.name) == (scene.footage.camera and CAMERA.name)
    assert [(t.id, t.first_frame) for t in again.tracks] == [(t.id, t.first_frame) for t in scene.tracks]
    for one, other in zip(again.tracks, scene.tracks, strict=True):
        assert_same(one.clip, other.clip)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_clip_of_version_1_is_read(ending):
    """Written by `data_files/make_clip_v1.py`."""
    scene = load(HERE / f"clip_v1.{ending}")
    clip = scene.main
    assert [(track.id, track.first_frame) for track in scene.tracks] == [(1, 0)]
    assert (clip.skeleton, clip.fps, clip.size_px, clip.source) == (H36M_17, 29.97, (640, 480), "walk.mp4")
    np.testing.assert_array_equal(clip.time_s, np.arange(3) / 29.97)
    assert clip.valid.tolist() == [True, False, True]
    assert clip.filled.tolist() == [False, True, False]
    np.testing.assert_allclose(clip.camera.center_px, [320, 240])
    rng = np.random.default_rng(0)
    joints_px, confidence = rng.uniform(0, 480, (3, 17, 2)), rng.uniform(0.1, 1, (3, 17))
    np.testing.assert_array_equal(clip.joints_px[[0, 2]], joints_px[[0, 2]].astype(np.float32))
    np.testing.assert_array_equal(clip.confidence[2], confidence[2].astype(np.float32))
    assert np.isnan(clip.joints_root_mm[1]).all()
    assert np.isfinite(clip.joints_cam_mm[[0, 2]]).all()


def test_damage_of_version_1_is_refused(tmp_path):
    data = json.loads((HERE / "clip_v1.json").read_text())
    for changes, message in (
        ({"version": 2}, "expected version 1, found 2"),
        ({"skeleton": "of_tomorrow"}, "unknown skeleton"),
        ({"joints": list(COCO_17.joints)}, "its joints are not those of skeleton h36m17"),
        ({"frames": [{}]}, "KeyError"),
    ):
        (tmp_path / "a.json").write_text(json.dumps({**data, **changes}))
        assert message in str(refused(tmp_path / "a.json"))


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.usefixtures("unchecked_shapes")
def test_numbers_of_numpy_are_numbers(tmp_path, ending):
    path, size_px = tmp_path / f"a.{ending}", tuple(np.array([1920, 1080]))
    camera = replace(CAMERA, size_px=size_px)
    save(clip_of(size_px=size_px, camera=camera).replaced(fps=np.float32(29.97)), path)
    clip = load(path).main
    assert clip.fps == np.float32(29.97)
    assert clip.size_px == clip.camera.size_px == (1920, 1080)


def test_json_is_strict_and_says_what_it_holds(tmp_path):
    clip = clip_of()
    save(clip, tmp_path / "a.json")

    def refuse(token):
        raise AssertionError(f"{token} is no JSON (RFC 8259)")

    data = json.loads((tmp_path / "a.json").read_bytes().decode("utf-8"), parse_constant=refuse)
    assert (data["format"], data["version"]) == ("poselift-scene", 2)
    assert (data["fps"], data["size_px"]) == (29.97, [1920, 1080])
    assert set(data["units"]) == {
        *("time_s", "joints_px", "confidence", "joints_root_mm", "root_cam_mm", "joints_world_mm"),
        *("expected_error_mm", "error_90_mm", "joint_status"),
    }
    (track,) = data["tracks"]
    assert set(track) == {"id", "first_frame", "skeleton", "dtypes"}
    assert track["skeleton"]["joints"] == list(H36M_17.joints)
    frames = data["frames"]
    assert [frame["frame"] for frame in frames] == list(range(6))
    assert [frame["time_s"] for frame in frames] == clip.time_s.tolist()
    rows = [frame["people"][0] for frame in frames]
    assert {row["id"] for row in rows} == {1}
    assert [row["valid"] for row in rows] == clip.valid.tolist()
    assert rows[2]["joints_px"] == [[None, None]] * 17
    np.testing.assert_allclose(rows[3]["joints_root_mm"], clip.joints_root_mm[3], rtol=1e-6)


def test_what_is_infinite_is_nan_after_json(tmp_path):
    joints_px = clip_of().joints_px.copy()
    joints_px[0, 0] = np.inf
    save(clip_of(joints_px=joints_px), tmp_path / "a.json")
    assert np.isnan(load(tmp_path / "a.json").main.joints_px[0, 0]).all()


def test_npz_needs_nothing_but_numpy(tmp_path):
    save(clip_of(), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        fields = {f"1/{name}" for name in ARRAYS if name != "time_s"}
        assert set(file) == {*fields, "1/joints_world_mm", "time_s", "header"}
        assert json.loads(str(file["header"]))["tracks"][0]["skeleton"]["joints"] == list(H36M_17.joints)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_is_kept_unless_told_otherwise(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    save(clip_of(), path)
    with pytest.raises(OutputError, match="exists"):
        save(clip_of(frames=2), path)
    assert len(load(path).footage) == 6
    save(clip_of(frames=2), path, overwrite=True)
    assert len(load(path).footage) == 2


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
        load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.hint
    return error.value


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 3}, "expected version 2, found 3"),
        ({"version": 1}, "expected version 2, found 1"),
        ({"format": "somebody-elses"}, "expected poselift-scene, found somebody-elses"),
        ({"tracks": [TRACK, TRACK]}, "two tracks have the id 1"),
        ({"tracks": [{**TRACK, "first_frame": 1}]}, ""),
        ({"tracks": [{**TRACK, "first_frame": -6}]}, ""),
        ({"tracks": [{**TRACK, "id": "x"}]}, ""),
        ({"tracks": [{**TRACK, "skeleton": "of_tomorrow"}]}, "unknown skeleton"),
        ({"tracks": [{**TRACK, "skeleton": ["h36m17"]}]}, ""),
        ({"tracks": [{**TRACK, "skeleton": COCO_17.as_dict(), "fps": 0}]}, "fps"),
        ({"tracks": [{**TRACK, "skeleton": BLAZEPOSE_33.as_dict()}]}, ""),
        ({"tracks": 17}, ""),
        ({"fps": 0}, "fps"),
        ({"fps": "fast"}, "fast"),
        ({"size_px": [1920]}, "IndexError"),
        ({"size_px": [-1, 5]}, "size_px"),
        ({"camera": {"focal_px": [1, 1]}}, "KeyError"),
        ({"camera": {**CAMERA_HEADER, "focal_px": [0, 0]}}, "focal_px"),
        ({"camera": {**CAMERA_HEADER, "rotation": [[1, 0], [0, 1]]}}, "rotation"),
        ({"camera": "mine"}, "TypeError"),
        ({"notes": "one"}, "notes: expected a list"),
        ({"notes": ["two\nlines"]}, "notes: expected lines"),
        ({"notes": [7]}, "notes: expected lines"),
    ],
)
@pytest.mark.usefixtures("unchecked_shapes")
def test_a_header_that_cannot_be_is_refused(tmp_path, ending, changes, message):
    path = tmp_path / f"a.{ending}"
    save(clip_of(), path)
    changed_header(path, **changes)
    assert message in str(refused(path))


def test_a_newer_file_says_what_to_do(tmp_path):
    save(clip_of(), tmp_path / "a.json")
    (tmp_path / "a.json").write_text(json.dumps({"format": "poselift-clip", "version": 99, "all": "new"}))
    assert "pip install" in refused(tmp_path / "a.json").hint
    (tmp_path / "a.json").write_text(json.dumps({"format": "poselift-scene", "version": 3, "all": "new"}))
    error = refused(tmp_path / "a.json")
    assert "expected version 2, found 3" in str(error)
    assert "pip install" in error.hint


def test_a_person_who_is_left_out_of_one_frame_of_json_is_refused(tmp_path):
    """Their poses would otherwise all be shown a frame too early."""
    path = tmp_path / "a.json"
    save(clip_of(), path)
    frames = json.loads(path.read_text())["frames"]
    frames[2]["people"] = []
    changed_header(path, frames=frames)
    assert "frame 3 holds id 1" in str(refused(path))
    frames[2]["people"] = [{**frames[3]["people"][0], "id": 2}]
    changed_header(path, frames=frames)
    refused(path)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.usefixtures("unchecked_shapes")
def test_times_that_do_not_rise_are_refused(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    save(clip_of(), path)
    if ending == "npz":
        changed_npz(path, time_s=np.array([0, 1, 2, 2, 4, 5.0]))
    else:
        frames = json.loads(path.read_text())["frames"]
        frames[3]["time_s"] = frames[2]["time_s"]
        changed_header(path, frames=frames)
    assert "time_s: frame 3: expected more than" in str(refused(path))


class _Bomb:
    def __reduce__(self):
        return pytest.fail, ("the pickle was opened",)


@pytest.mark.parametrize(
    "changes",
    [
        {"1/joints_px": np.array([_Bomb()], dtype=object)},
        {"header": np.array([_Bomb()], dtype=object)},
        {"header": np.array(b"\xff\xfe")},
        {"header": np.array("[" * 100_000)},
        {"1/joints_px": np.zeros((6, 17, 2), dtype=complex)},
        {"1/joints_px": np.zeros((6, 17, 2), dtype="U3")},
        {"1/joints_px": np.zeros((5, 17, 2))},
        {"1/valid": np.zeros(6)},
    ],
)
@pytest.mark.usefixtures("unchecked_shapes")
def test_hostile_arrays_are_refused(tmp_path, changes):
    save(clip_of(), tmp_path / "a.npz")
    changed_npz(tmp_path / "a.npz", **changes)
    refused(tmp_path / "a.npz")


def test_an_array_larger_than_memory_is_refused(tmp_path):
    save(clip_of(joints_px=None, confidence=None), tmp_path / "a.npz")
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (1 << 50, 17, 2)})
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("1/joints_px.npy", header.getvalue())
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
    "people": b'{"format": "poselift-scene", "version": 2, "tracks": [], "frames": [1]}',
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
    save(clip_of(), path)
    changed_header(path, tracks=[{**TRACK, "dtypes": dtypes}])
    refused(path)


@pytest.mark.parametrize("ending", FORMATS)
def test_missing_files_and_folders_are_refused(tmp_path, ending):
    assert "No such file" in str(refused(tmp_path / f"absent.{ending}"))
    (tmp_path / f"folder.{ending}").mkdir()
    refused(tmp_path / f"folder.{ending}")


def test_the_ending_says_what_it_is(tmp_path):
    for act in (lambda: save(clip_of(), tmp_path / "a.csv"), lambda: load(tmp_path / "a.csv")):
        with pytest.raises(DataFormatError, match=r"ends in \.npz or \.json, got '\.csv'") as error:
            act()
        assert error.value.hint


@pytest.mark.parametrize("ending", FORMATS)
def test_a_cut_file_is_refused(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    save(clip_of(), path)
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
    save(clip_of(frames=2), path)
    content, rng = path.read_bytes(), np.random.default_rng(0)
    outcomes = {True: 0, False: 0}
    for _ in range(150):
        damaged = bytearray(content)
        for at in rng.integers(0, len(content), 3):
            damaged[at] = rng.integers(0, 256)
        path.write_bytes(damaged)
        try:
            load(path)
            outcomes[True] += 1
        except DataFormatError:
            outcomes[False] += 1
    assert outcomes[False] > 20


@pytest.mark.parametrize("ending", FORMATS)
def test_how_it_was_made_is_kept(tmp_path, ending):
    scene = Scene.of(clip_of()).replaced(about={"model": "video", "cutoff_hz": 6.0})
    save(scene, tmp_path / f"a.{ending}")
    assert load(tmp_path / f"a.{ending}").about == scene.about
