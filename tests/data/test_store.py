import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from poselift.data.store import ClipInfo, DatasetStore, load_store
from poselift.errors import DataFormatError, OutputError, SkeletonError
from poselift.skeleton import H36M_17, SKELETONS, Skeleton

CLIPS = (
    ClipInfo("walk", "S1", "walking", 0, 4, 50.0),
    ClipInfo("sit", "S1", "sitting", 4, 3, 50.0, split="test"),
    ClipInfo("walk again", "S5", "walking", 7, 2, 25.0),
)


@pytest.fixture
def store():
    rng = np.random.default_rng(0)
    arrays = {
        "joints_world_mm": rng.normal(size=(9, 17, 3)).astype(np.float32),
        "seen": rng.uniform(size=(9, 17)) > 0.5,
        "frame": np.arange(9),
        "extra": np.zeros((9, 0), dtype=np.float16),
    }
    return DatasetStore(H36M_17, CLIPS, arrays, {"licence": "free", "größe": 3})


@pytest.fixture
def path(store, tmp_path):
    store.save(tmp_path / "data.safetensors")
    return tmp_path / "data.safetensors"


def test_saving_and_loading_gives_the_same_store(store, path):
    loaded = load_store(path)
    assert (loaded.skeleton, loaded.clips, loaded.about) == (store.skeleton, store.clips, store.about)
    assert set(loaded.arrays) == set(store.arrays)
    for name, array in store.arrays.items():
        assert loaded.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(loaded.arrays[name], array)


def test_arrays_stay_on_the_disk_and_cannot_be_written(path):
    array = load_store(path).joints_world_mm
    assert isinstance(array, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0


def test_byte_order_and_layout_of_the_given_arrays_do_not_matter(tmp_path):
    array = np.random.default_rng(0).normal(size=(3, 4, 9)).T.astype(">f4")
    DatasetStore(H36M_17, CLIPS, {"a": array}).save(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(load_store(tmp_path / "a.safetensors").arrays["a"], array)


def test_the_file_says_what_it_holds(store, path):
    assert store.kind == load_store(path).kind == "motion_capture"
    assert json.loads(split_file(path)[0]["__metadata__"]["poselift"])["kind"] == "motion_capture"
    assert replace(store, arrays={"joints_cam_mm": store.joints_world_mm}).kind == "recordings"


def test_tags_come_back(store, tmp_path):
    clips = (replace(CLIPS[0], tags=("faulty", "slow")), *CLIPS[1:])
    replace(store, clips=clips).save(tmp_path / "tagged.safetensors")
    assert load_store(tmp_path / "tagged.safetensors").clips == clips


def test_frames_that_are_not_valid_come_back(store, tmp_path):
    valid = np.arange(9) % 3 > 0
    replace(store, arrays={**store.arrays, "valid": valid}).save(tmp_path / "holes.safetensors")
    loaded = load_store(tmp_path / "holes.safetensors")
    np.testing.assert_array_equal(np.concatenate([loaded.valid_frames(clip) for clip in loaded.clips]), valid)
    assert [store.valid_frames(clip).tolist() for clip in CLIPS] == [[True] * 4, [True] * 3, [True] * 2]


@pytest.mark.parametrize("valid", [np.ones(9), np.ones((9, 17), dtype=bool)])
def test_valid_is_a_bool_for_each_frame(store, valid):
    with pytest.raises(DataFormatError, match="array valid: expected a bool for each frame"):
        replace(store, arrays={**store.arrays, "valid": valid})


def test_a_store_may_replace_the_file_that_it_is_read_from(path):
    loaded = load_store(path)
    before = np.array(loaded.joints_world_mm)
    loaded.save(path, overwrite=True)
    np.testing.assert_array_equal(load_store(path).joints_world_mm, before)
    with pytest.raises(OutputError, match="exists"):
        loaded.save(path)


def test_splits_share_out_the_frames(store):
    assert {name: [c.name for c in clips] for name, clips in store.splits.items()} == {
        "train": ["walk", "walk again"],
        "test": ["sit"],
    }
    assert store.frames_of("train").tolist() == [0, 1, 2, 3, 7, 8]
    assert store.frames_of("test").tolist() == [4, 5, 6]
    assert store.arrays["frame"][CLIPS[1].frames].tolist() == [4, 5, 6]
    with pytest.raises(DataFormatError, match="'validation'") as caught:
        store.frames_of("validation")
    assert "train, test" in caught.value.hint


def test_a_store_without_the_usual_array_says_which_it_has(store):
    other = DatasetStore(H36M_17, CLIPS, {"frame": store.arrays["frame"]})
    with pytest.raises(DataFormatError, match="only frame"):
        other.joints_world_mm  # noqa: B018


def test_an_empty_store_goes_round_too(tmp_path):
    empty = DatasetStore(H36M_17, (), {"joints_world_mm": np.zeros((0, 17, 3))})
    empty.save(tmp_path / "empty.safetensors")
    assert load_store(tmp_path / "empty.safetensors").joints_world_mm.shape == (0, 17, 3)


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        (CLIPS[:2], "cover 7 frames of 9"),
        (CLIPS[::-1], "clip walk again: expected start 0"),
        ((*CLIPS[:2], replace(CLIPS[2], start=6, length=3)), "expected start 7"),
        ((*CLIPS, replace(CLIPS[2], start=9, length=0)), "length and fps above 0"),
        ((replace(CLIPS[0], length=-4), *CLIPS[1:]), "length and fps above 0"),
        ((*CLIPS[:2], replace(CLIPS[2], fps=float("nan"))), "length and fps above 0"),
    ],
)
def test_a_table_of_clips_that_does_not_cover_the_frames_is_refused(store, clips, message):
    with pytest.raises(DataFormatError, match=message):
        replace(store, clips=clips)


@pytest.mark.parametrize("array", [np.zeros(8), np.float64(3) + np.zeros(()), np.full(9, "a"), np.zeros(9, complex)])
def test_an_array_that_a_store_cannot_hold_is_refused(store, array):
    with pytest.raises(DataFormatError, match=r"array other: .*(expected 9 frames|cannot hold)"):
        replace(store, arrays={**store.arrays, "other": array})


# --- files that are broken, foreign or hostile ---


def split_file(path):
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    return json.loads(raw[8 : 8 + length]), raw[8 + length :]


def join_file(path, header, data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def test_a_missing_file_a_folder_and_a_text_file_are_refused(tmp_path):
    (tmp_path / "text").write_text("no store at all, just a line of text")
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(DataFormatError, match=r"nowhere: cannot be read \(No such file"):
        load_store(tmp_path / "nowhere")
    with pytest.raises(DataFormatError, match="cannot be read"):
        load_store(tmp_path)
    for name in ("text", "empty"):
        with pytest.raises(DataFormatError, match=f"{name}: not a safetensors file"):
            load_store(tmp_path / name)


@pytest.mark.parametrize("n_lost", [1, 100, 2000])
def test_a_cut_file_is_refused(path, n_lost):
    path.write_bytes(path.read_bytes()[:-n_lost])
    with pytest.raises(DataFormatError, match=r"cut short|does not fit"):
        load_store(path)


@pytest.mark.parametrize("header", [b"[]", b"{", b"\xff\xfe{}", b'"x"', b"[" * 100_000, b"null"])
def test_a_header_that_is_no_table_is_refused(path, header):
    _, data = split_file(path)
    join_file(path, header, data)
    with pytest.raises(DataFormatError, match="not a safetensors file"):
        load_store(path)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        [],
        {},
        {"dtype": "BF16"},
        {"dtype": ["F32"]},
        {"shape": None},
        {"shape": [9.5]},
        {"shape": [9, 17, 2]},
        {"shape": [-9, 17, -3]},
        {"shape": [10**30, 17, 3]},
        {"shape": [0, 10**30], "data_offsets": [0, 0]},
        {"shape": [1] * 70 + [9, 17, 3]},
        {"data_offsets": None},
        {"data_offsets": [0]},
        {"data_offsets": ["0", "1836"]},
        {"data_offsets": [-8, 1828]},
        {"data_offsets": [1836, 0]},
        {"data_offsets": [0, 10**30]},
    ],
)
def test_an_array_whose_entry_lies_is_refused(path, entry):
    header, data = split_file(path)
    honest = header["joints_world_mm"]
    header["joints_world_mm"] = {**honest, **entry} if isinstance(entry, dict) and entry else entry
    join_file(path, header, data)
    with pytest.raises(DataFormatError, match=r"data\.safetensors: .*array joints_world_mm"):
        load_store(path)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"format": "something else"},
            DataFormatError,
            "expected poselift-dataset version 3 or older, found something else",
        ),
        ({"version": 4}, DataFormatError, "found poselift-dataset version 4"),
        ({"skeleton": "martian"}, SkeletonError, "unknown skeleton 'martian'"),
        ({"skeleton": ["h36m17"]}, SkeletonError, "expected a table"),
        ({"skeleton": "mine.toml"}, SkeletonError, r"unknown skeleton 'mine\.toml'"),
        ({"skeleton": {**H36M_17.as_dict(), "root": ["waist"]}}, SkeletonError, "no joint 'waist'"),
        ({"skeleton": SKELETONS["halpe26"].as_dict()}, DataFormatError, "26 joints of skeleton halpe26"),
        ({"clips": None}, DataFormatError, "not a poselift dataset"),
        ({"clips": [{"name": "walk"}]}, DataFormatError, "not a poselift dataset"),
        ({"clips": [{"nom": "walk"}]}, DataFormatError, "not a poselift dataset"),
        ({"kind": "recordings"}, DataFormatError, "expected the kind motion_capture, as its arrays say"),
        ({"clips": [{"name": "walk", "tags": "faulty"}]}, DataFormatError, "clip walk: expected a list of words"),
        ({"clips": []}, None, ""),
    ],
)
def test_a_description_that_is_not_ours_is_refused(path, change, error, message):
    header, data = split_file(path)
    about = {**json.loads(header["__metadata__"]["poselift"]), **change}
    header["__metadata__"]["poselift"] = json.dumps(about)
    join_file(path, header, data)
    if error is None:
        assert load_store(path).clips == ()
        return
    with pytest.raises(error, match=rf"data\.safetensors: .*{message}"):
        load_store(path)


@pytest.mark.parametrize("version", [1, 2])
def test_files_that_hold_only_the_name_of_their_skeleton_are_read(path, version):
    header, data = split_file(path)
    about = {**json.loads(header["__metadata__"]["poselift"]), "version": version, "skeleton": "h36m17"}
    del about["kind"]
    for row in about["clips"]:
        del row["tags"]
    header["__metadata__"]["poselift"] = json.dumps(about)
    join_file(path, header, data)
    assert load_store(path).skeleton is H36M_17
    assert (load_store(path).kind, load_store(path).clips) == ("motion_capture", CLIPS)


def test_a_store_carries_its_skeleton_whole(tmp_path):
    """Even one that calls itself by a known name: its joints are what it says, not what the name says."""
    own = Skeleton("h36m17", ("été", "b", "c"), (("été", "b"),), ("b", "c"), ("b",), ("c",), (("été", "c"),))
    DatasetStore(own, CLIPS, {"joints_world_mm": np.zeros((9, 3, 3))}).save(tmp_path / "own.safetensors")
    assert load_store(tmp_path / "own.safetensors").skeleton == own


def test_a_whole_skeleton_that_is_known_is_that_one(path):
    assert load_store(path).skeleton is H36M_17


@pytest.mark.parametrize(("name", "shape"), [("joints_world_mm", (9, 16, 3)), ("confidence.cpn", (9,))])
def test_arrays_of_joints_have_those_of_the_skeleton(store, name, shape):
    with pytest.raises(DataFormatError, match=f"array {name}: expected 17 joints of skeleton h36m17"):
        replace(store, arrays={name: np.zeros(shape)})


@pytest.mark.parametrize("metadata", [None, {}, {"poselift": "{"}, {"poselift": "[]"}, {"poselift": 3}])
def test_a_file_of_somebody_else_is_refused(path, metadata):
    header, data = split_file(path)
    header["__metadata__"] = metadata
    join_file(path, header, data)
    with pytest.raises(DataFormatError, match="not a poselift dataset"):
        load_store(path)


def test_a_table_whose_numbers_are_words_is_refused(path):
    header, data = split_file(path)
    about = json.loads(header["__metadata__"]["poselift"])
    about["clips"][0]["length"] = "four"
    header["__metadata__"]["poselift"] = json.dumps(about)
    join_file(path, header, data)
    with pytest.raises(DataFormatError, match="not a poselift dataset"):
        load_store(path)


def test_a_plain_safetensors_file_is_refused(tmp_path):
    save_file({"a": np.zeros(3)}, tmp_path / "a.safetensors")
    with pytest.raises(DataFormatError, match="not a poselift dataset") as caught:
        load_store(tmp_path / "a.safetensors")
    assert "poselift prepare" in caught.value.hint
