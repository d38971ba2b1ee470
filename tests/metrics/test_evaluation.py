"""Evaluating: the parts agree with the whole, with the metrics, and with each other however the work is cut."""

from __future__ import annotations

import re

import numpy as np
import pytest

from poselift.errors import RecipeError, ShapeError
from poselift.metrics import (
    DEFAULT_PROTOCOLS,
    PROTOCOLS,
    Grouping,
    Report,
    auc,
    chunks,
    evaluate,
    mpjpe,
    mpjve,
    pa_mpjpe,
    pck,
    protocol_errors,
    velocity_errors,
)
from poselift.skeleton import H36M_17

N = 30
TARGET = np.random.default_rng(3).normal(0, 300, (N, 17, 3)) + 3000
PREDICTED = TARGET + np.random.default_rng(4).normal(0, 1, TARGET.shape) * np.linspace(10, 90, N)[:, None, None]
ACTIONS = ["walk"] * 20 + ["sit"] * 4 + ["walk"] * 6
SUBJECTS = ["S9"] * 10 + ["S11"] * 20
CLIPS = [12, 1, 11, 6]


def evaluated(**changes) -> Report:
    values = {
        "groups": {"action": ACTIONS, "subject": SUBJECTS},
        "protocols": list(PROTOCOLS),
        "clip_lengths": CLIPS,
    } | changes
    return evaluate(PREDICTED, TARGET, H36M_17, **values)


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluated()


def root_relative(joints: np.ndarray) -> np.ndarray:
    return joints - joints[:, :1]


def test_the_overall_errors_are_the_metrics(report):
    relative = root_relative(PREDICTED), root_relative(TARGET)
    assert report.results["root_relative"].mean_mm == pytest.approx(mpjpe(*relative))
    assert report.results["procrustes"].mean_mm == pytest.approx(pa_mpjpe(PREDICTED, TARGET))
    assert report.results["procrustes_mirror"].mean_mm == pytest.approx(pa_mpjpe(PREDICTED, TARGET, reflection=True))
    assert report.results["lcn"].mean_mm == pytest.approx(mpjpe(PREDICTED, TARGET))


def test_fractions_are_those_of_all_errors(report):
    for name in DEFAULT_PROTOCOLS:
        errors = protocol_errors(PROTOCOLS[name], PREDICTED, TARGET, H36M_17)
        assert report.results[name].pck == pytest.approx(pck(errors))
        assert report.results[name].auc == pytest.approx(auc(errors))
    assert report.results["velocity"].pck is None
    assert report.results["velocity"].auc is None


def test_joints_and_groups_average_to_the_whole(report):
    assert report.group_frames == {"action": {"walk": 26, "sit": 4}, "subject": {"S9": 10, "S11": 20}}
    for result in report.results.values():
        assert np.mean(list(result.per_joint_mm.values())) == pytest.approx(result.mean_mm)
    for name in (*DEFAULT_PROTOCOLS, "lcn"):
        result = report.results[name]
        for grouping, groups in report.group_frames.items():
            values = result.per_group_mm[grouping]
            assert sum(values[g] * n for g, n in groups.items()) / N == pytest.approx(result.mean_mm)
            assert result.mean_of_groups_mm[grouping] == pytest.approx(np.mean(list(values.values())))
            assert result.mean_of_groups_mm[grouping] != pytest.approx(result.mean_mm)


def test_a_group_measured_alone_has_the_same_error(report):
    chosen = np.array(ACTIONS) == "sit"
    alone = evaluate(PREDICTED[chosen], TARGET[chosen], H36M_17)
    assert tuple(alone.results) == DEFAULT_PROTOCOLS
    for name, result in alone.results.items():
        assert result.mean_mm == pytest.approx(report.results[name].per_group_mm["action"]["sit"])


def test_velocities_are_those_of_each_clip_and_none_between_clips(report):
    parts = [slice(0, 12), slice(13, 24), slice(24, 30)]
    relative = root_relative(PREDICTED), root_relative(TARGET)
    errors = np.concatenate([velocity_errors(*(a[part] for a in relative)) for part in parts])
    result = report.results["velocity"]
    assert result.n_frames == len(errors) == N - len(CLIPS)
    assert result.mean_mm == pytest.approx(errors.mean())
    assert result.per_group_mm["subject"]["S9"] == pytest.approx(mpjve(*(a[:10] for a in relative)))
    one = evaluated(clip_lengths=[N]).results["velocity"]
    assert one.mean_mm == pytest.approx(mpjve(*relative))


def test_accelerations_are_those_of_each_clip_and_none_between_clips(report):
    relative = root_relative(PREDICTED), root_relative(TARGET)
    parts = [slice(0, 12), slice(13, 24), slice(24, 30)]
    errors = [np.linalg.norm(np.diff(relative[0][p] - relative[1][p], 2, axis=0), axis=-1) for p in parts]
    result = report.results["acceleration"]
    assert result.n_frames == len(np.concatenate(errors)) == 10 + 9 + 4
    assert result.mean_mm == pytest.approx(np.concatenate(errors).mean())
    assert result.per_group_mm["action"]["sit"] == pytest.approx(errors[1][5:9].mean())  # by the last frame of each


def test_pairs_of_frames_have_no_acceleration():
    with pytest.raises(ShapeError, match="three frames or more, got pairs"):
        evaluated(clip_lengths=[2] * (N // 2), protocols=["acceleration"])
    evaluated(clip_lengths=[2] * (N // 2), protocols=["velocity"])


def test_a_group_of_single_frames_has_no_velocity():
    groups = {"action": ["walk"] * 12 + ["stand"] + ["walk"] * 17}
    report = evaluated(groups=groups)
    assert set(report.results["velocity"].per_group_mm["action"]) == {"walk"}
    assert set(report.results["lcn"].per_group_mm["action"]) == {"walk", "stand"}


@pytest.mark.parametrize("cores", [1, 3])
@pytest.mark.parametrize("size", [1, 7, 13])
def test_chunks_and_cores_change_nothing(report, monkeypatch, size, cores):
    monkeypatch.setattr(chunks, "CHUNK_FRAMES", size)
    monkeypatch.setattr(chunks, "LIGHT_FRAMES", size)
    monkeypatch.setattr(chunks, "usable_cores", lambda: cores)
    again = evaluated()
    for name, result in report.results.items():
        assert again.results[name].n_frames == result.n_frames
        assert again.results[name].mean_mm == pytest.approx(result.mean_mm, rel=1e-12)
        assert again.results[name].pck == pytest.approx(result.pck)
        assert again.results[name].per_joint_mm == pytest.approx(result.per_joint_mm)
        for grouping, values in result.per_group_mm.items():
            assert again.results[name].per_group_mm[grouping] == pytest.approx(values)


def test_the_number_of_cores_changes_no_digit(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_FRAMES", 4)
    monkeypatch.setattr(chunks, "LIGHT_FRAMES", 4)
    found = []
    for cores in (1, 3):
        monkeypatch.setattr(chunks, "usable_cores", lambda n=cores: n)
        found.append(evaluated().results)
    assert found[0] == found[1]


def test_joints_can_be_chosen():
    joints = ("left_wrist", "right_wrist")
    result = evaluate(PREDICTED, TARGET, H36M_17, joints=joints).results["root_relative"]
    assert tuple(result.per_joint_mm) == joints


def test_expected_groups_without_frames_are_named_and_take_no_part_in_the_mean(report):
    groups = {"action": Grouping.of(ACTIONS, expected=["jump", "walk"]), "subject": SUBJECTS}
    wider = evaluated(groups=groups)
    assert wider.missing == {"action": ("jump",)}
    assert report.missing == {}
    assert wider.group_frames["action"] == {"jump": 0, "walk": 26, "sit": 4}
    for name, result in wider.results.items():
        assert result.per_group_mm["action"] == report.results[name].per_group_mm["action"]
        assert result.mean_of_groups_mm == pytest.approx(report.results[name].mean_of_groups_mm)


def test_places_are_measured_only_if_told_and_never_of_root_relative_predictions():
    assert not any(PROTOCOLS[name].absolute for name in DEFAULT_PROTOCOLS)
    with pytest.raises(ShapeError, match="places in camera axes for protocol lcn") as caught:
        evaluate(root_relative(PREDICTED), TARGET, H36M_17, protocols=["lcn"])
    assert caught.value.hint


@pytest.mark.parametrize(("name", "hint"), [("procrusts", "'procrustes'"), ("p1", "known: .*lcn")])
def test_an_unknown_protocol_is_refused_with_the_nearest_or_all(name, hint):
    with pytest.raises(RecipeError, match=f"'{name}'") as caught:
        evaluated(protocols=["lcn", name])
    assert re.search(hint, caught.value.hint)


@pytest.mark.usefixtures("unchecked_shapes")
def test_counts_that_differ_are_refused_with_both():
    with pytest.raises(ShapeError, match="expected 30 poses, as many as target_mm has, got 29") as caught:
        evaluate(PREDICTED[1:], TARGET, H36M_17)
    assert "order" in caught.value.hint


@pytest.mark.parametrize("labels", [ACTIONS[1:], Grouping.of(ACTIONS[1:])])
def test_groups_that_do_not_fit_are_refused(labels):
    with pytest.raises(ShapeError, match="action: expected one group for each of 30 frames, got 29"):
        evaluated(groups={"action": labels})


def test_groups_without_a_name_or_with_a_taken_one_are_refused():
    with pytest.raises(ShapeError, match="1 of 30 frames have no group, the first is frame 29"):
        evaluated(groups={"action": [*ACTIONS[:-1], ""]})
    with pytest.raises(ShapeError, match="'joint' has a meaning of its own"):
        evaluated(groups={"joint": ACTIONS})


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        (None, "protocol velocity compares movements inside clips, got no lengths"),
        ([10, 10], "sum to 30, got 20"),
        ([31, -1], "expected positive numbers"),
        ([1] * N, "two frames or more"),
    ],
)
def test_clips_that_do_not_fit_are_refused_where_they_matter(lengths, message):
    with pytest.raises(ShapeError, match=message):
        evaluated(clip_lengths=lengths)
    assert "velocity" not in evaluated(clip_lengths=lengths, protocols=["lcn"]).results


def test_missing_numbers_are_refused_whatever_the_protocol():
    spoilt = TARGET.copy()
    spoilt[4, 3, 1] = np.nan
    for name in PROTOCOLS:
        with pytest.raises(ShapeError, match="target_mm: 1 of 30 frames hold NaN or infinity, the first is frame 4"):
            evaluate(PREDICTED, spoilt, H36M_17, protocols=[name], clip_lengths=[N])


def test_no_frames_are_no_report():
    with pytest.raises(ShapeError, match="at least one pose"):
        evaluate(PREDICTED[:0], TARGET[:0], H36M_17, {"action": []})
