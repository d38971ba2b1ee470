"""Somebody who stands in the real places of Human3.6M's cameras, to be written in each of its layouts."""

import json
import pickle
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import h5py
import numpy as np
import pytest
from cdflib.cdfwrite import CDF
from scipy.io import savemat

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.recordings import h36m_recording
from poselift.data.readers.h36m.tables import ACTION_NUMBERS, ACTIONS, CAMERAS, SPLITS, Take, camera_of
from poselift.data.readers.recordings import Recording
from poselift.geometry.camera import Camera
from poselift.skeleton import H36M_17, H36M_32, conversion

SUBJECTS = (*SPLITS["train"], *SPLITS["test"])
_NAMES = json.loads(files("poselift.data.readers.h36m").joinpath("recordings.json").read_text(encoding="utf-8"))
# (F, 32, 3) in the world; in the order of the official names; two that other projects spell otherwise.
FRAMES = {Take("S1", "Directions", 1): 12, Take("S1", "TakingPhoto", 2): 9, Take("S9", "WalkingDog", 1): 11}


def take_name(take: Take) -> str:
    """What the original files call a take; inverse of `named_take`."""
    name: str = _NAMES["recordings"][take.subject][take.action][take.number - 1]
    return name


def take_of(recording: Recording) -> Take:
    """The take that a recording shows."""
    return Take(recording.subject, recording.action, int(recording.take))


@pytest.fixture(scope="session")
def original_names():
    """(subject, name) of every take, as the original files are called."""
    by_subject = _NAMES["recordings"]
    return [(subject, name) for subject in SUBJECTS for names in by_subject[subject].values() for name in names]


@dataclass(frozen=True)
class SyntheticH36M:
    """Takes of two subjects, one to train on and one to test.

    Attributes:
        takes: world joints (F, 32, 3) in millimetres by take, in the order of the official names.
    """

    takes: dict[Take, np.ndarray]

    def cameras(self, take: Take) -> tuple[Camera, ...]:
        """The four that see a take, ca_01 to ca_04."""
        return tuple(camera_of(take.subject, name) for name in CAMERAS)

    def joints32_cam_mm(self, take: Take, camera: Camera) -> np.ndarray:
        """(F, 32, 3)."""
        return camera.world_to_camera(self.takes[take])

    def joints_cam_mm(self, take: Take, camera: Camera) -> np.ndarray:
        """(F, 17, 3)."""
        return conversion(H36M_32, H36M_17).joints(self.joints32_cam_mm(take, camera))

    def detections(self, take: Take, camera: Camera) -> Keypoints:
        """Some detector's 2D joints (F, 17, 2) and confidence (F, 17), some pixels off."""
        exact_px = camera.camera_to_image(self.joints_cam_mm(take, camera))
        rng = np.random.default_rng(len(take.action) + CAMERAS.index(camera.name))
        return Keypoints(exact_px + rng.normal(0, 3, exact_px.shape), rng.uniform(0.2, 1, exact_px.shape[:2]))

    def recordings(self, source: str | None = None) -> list[Recording]:
        """What every camera saw of every take, in the order of the official names; detections under `source`."""
        return [
            h36m_recording(
                take,
                camera,
                self.joints_cam_mm(take, camera),
                {source: self.detections(take, camera)} if source else {},
            )
            for take in self.takes
            for camera in self.cameras(take)
        ]


@pytest.fixture(scope="session")
def synthetic_h36m():
    rng = np.random.default_rng(7)
    takes = {}
    for take, frames in FRAMES.items():
        walk = np.cumsum(rng.normal(0, 20, (frames, 1, 3)) * [1, 1, 0.1], axis=0)
        takes[take] = somebody_mm(rng) + walk + rng.normal(0, 15, (frames, 32, 3))
    return SyntheticH36M(takes)


def somebody_mm(rng):
    """(32, 3) with the pelvis 0.95 m above the world's origin; joints that Human3.6M-17 leaves out lie anywhere."""
    row = json.loads((Path(__file__).parents[3] / "data_files" / "lcn_pose_sample.json").read_text())[0]
    standing = np.array(row["joint_3d_camera"]) @ np.array(row["camera"]["rotation"])
    joints = rng.uniform([-300, -300, -900], [300, 300, 700], (32, 3))
    joints[list(H36M_32.indices(H36M_17.joints))] = standing - standing[0]
    return np.add(joints, [0, 0, 950])


@pytest.fixture(scope="session")
def write_metadata():
    """Write a metadata.xml of our own cameras and names, of which some are others."""

    def write(path, changed_names=None):
        w0 = np.zeros(300)
        for number, name in enumerate(CAMERAS):
            for subject in SUBJECTS:
                camera = camera_of(subject, name)
                start = 6 * (11 * number + int(subject[1:]) - 1)
                w0[start : start + 6] = [*xyz_angles(camera.rotation), *camera.position_mm]
            lens = [camera.focal_px, camera.center_px, camera.radial, camera.tangential]
            w0[264 + 9 * number : 273 + 9 * number] = np.concatenate(lens)
        rows = [["", "", *SUBJECTS], *(["1", str(n), *[f"_ALL {n}"] * len(SUBJECTS)] for n in (1, 2))]
        for action, name in ACTIONS.items():
            for number in (1, 2):
                takes = [Take(subject, name, number) for subject in SUBJECTS]
                names = [(changed_names or {}).get(take, take_name(take)) for take in takes]
                rows.append([str(action), str(number), *names])
        rows.append(["2", "1", *["Background"] * len(SUBJECTS)])
        cells = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        numbers = " ".join(repr(float(value)) for value in w0)
        path.write_text(f"<metadata><mapping>{cells}</mapping>\n<w0>[{numbers}]</w0></metadata>")

    return write


def xyz_angles(rotation):
    """Angles (3,) whose product of rotations about x, y and z is this one."""
    return (
        np.arctan2(-rotation[1, 2], rotation[2, 2]),
        np.arcsin(rotation[0, 2]),
        np.arctan2(-rotation[0, 1], rotation[0, 0]),
    )


@pytest.fixture(scope="session")
def write_original(synthetic_h36m):
    """Write the synthetic takes as original files, by default .cdf, into a folder."""

    def write(folder, suffix=".cdf", joints=synthetic_h36m.takes, inside="MyPoseFeatures/D3_Positions"):
        for take in synthetic_h36m.takes:
            path = folder / take.subject / inside / f"{take_name(take)}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_pose(path, joints[take].reshape(len(joints[take]), -1))
        return folder

    return write


def write_pose(path, rows):
    """One original file of numbers (F, 96), .cdf or .cdf.mat."""
    if path.suffix == ".mat":
        cell = np.empty((1, 1), dtype=object)
        cell[0, 0] = rows
        savemat(path, {"data": cell})
        return
    path.unlink(missing_ok=True)
    file = CDF(path, cdf_spec={"Compressed": 0, "Majority": "row_major"})
    sizes = {"Num_Elements": 1, "Dim_Sizes": list(rows.shape)}
    kind = {"Variable": "Pose", "Data_Type": CDF.CDF_DOUBLE, "Rec_Vary": True, "Var_Type": "zVariable", "Compress": 0}
    file.write_var({**kind, **sizes}, var_data=rows[None])
    file.close()


@pytest.fixture(scope="session")
def write_videopose3d(synthetic_h36m):
    """Write the synthetic takes as VideoPose3D's npz of 3D, and detections under some names."""

    def write(folder, **detected):
        folder.mkdir(exist_ok=True)
        positions = by_recording(synthetic_h36m, lambda take: (synthetic_h36m.takes[take] / 1000).astype(np.float32))
        np.savez_compressed(folder / "data_3d_h36m.npz", positions_3d=positions)
        for name, (joints_of, left, right, joints) in detected.items():
            found = by_recording(
                synthetic_h36m, lambda take, of=joints_of: [of(take, c) for c in synthetic_h36m.cameras(take)]
            )
            metadata = {"layout_name": "any", "num_joints": joints, "keypoints_symmetry": [left, right]}
            np.savez_compressed(folder / f"data_2d_h36m_{name}.npz", positions_2d=found, metadata=metadata)
        return folder

    return write


def by_recording(synthetic, what):
    """{subject: {recording: what of its take}}."""
    table = {}
    for take in reversed(synthetic.takes):
        table.setdefault(take.subject, {})[take_name(take)] = what(take)
    return table


@pytest.fixture(scope="session")
def write_cameras_h5():
    """Write a cameras.h5 of our own cameras, for all subjects or some."""

    def write(path, subjects=SUBJECTS):
        with h5py.File(path, "w") as file:
            for subject in subjects:
                for number, name in enumerate(CAMERAS, 1):
                    camera = camera_of(subject, name)
                    group = file.create_group(f"subject{subject[1:]}/camera{number}")
                    group["R"] = camera.rotation.T
                    columns = {
                        "T": "position_mm",
                        "f": "focal_px",
                        "c": "center_px",
                        "k": "radial",
                        "p": "tangential",
                    }
                    for theirs, ours in columns.items():
                        group[theirs] = getattr(camera, ours)[:, None]
                    group["Name"] = np.array([[ord(letter)] for letter in name], dtype=np.uint16)

    return write


@pytest.fixture(scope="session")
def write_baseline(synthetic_h36m, write_cameras_h5):
    """Write the synthetic takes as 3d-pose-baseline does, with the detections of folders by their name."""

    def write(folder, *detected):
        write_h5s(
            folder,
            "MyPoses/3D_positions",
            {
                (take, take_name(take)): ("3D_positions", joints.reshape(-1, 96).T)
                for take, joints in synthetic_h36m.takes.items()
            },
        )
        for name, joints_of in detected:
            write_h5s(
                folder,
                name,
                {
                    (take, f"{take_name(take)}.{camera.name}".replace(" ", "_")): ("poses", joints_of(take, camera))
                    for take in synthetic_h36m.takes
                    for camera in synthetic_h36m.cameras(take)
                },
            )
        write_cameras_h5(folder / "cameras.h5")
        return folder

    return write


def write_h5s(folder, inside, files):
    """Arrays by take and the file's name."""
    for (take, name), (dataset, array) in files.items():
        path = folder / take.subject / inside / f"{name}.h5"
        path.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(path, "w") as file:
            file[dataset] = array


@pytest.fixture
def lcn_pose_tables(synthetic_h36m):
    """What lcn-pose's pickles hold of the synthetic takes: rows of "train" and "test", and "sh_dt_ft"."""
    rows, detected = {"train": [], "test": []}, {"train": [], "test": []}
    for video, recording in enumerate(synthetic_h36m.recordings("sh_ft")):
        split = "train" if recording.subject == "S1" else "test"
        rows[split] += lcn_pose_rows(recording, video)
        detected[split].append(recording.detections["sh_ft"])
    sh = {
        split: {
            "joint3d_image": np.concatenate([np.pad(k.joints_px, [(0, 0), (0, 0), (0, 1)]) for k in keypoints]),
            "confidence": np.concatenate([k.confidence for k in keypoints])[..., None],
        }
        for split, keypoints in detected.items()
    }
    return {**rows, "sh_dt_ft": sh}


def lcn_pose_rows(recording, video):
    """As lcn-pose's own preparation computes them, one frame after the other."""
    camera, take = recording.camera, take_of(recording)
    (fx, fy), (cx, cy) = camera.focal_px, camera.center_px
    param = {
        **{"R": camera.rotation, "T": camera.position_mm[:, None], "k": camera.radial[:, None]},
        **{"fx": fx, "fy": fy, "cx": cx, "cy": cy, "p": camera.tangential[:, None], "name": camera.name},
    }
    for frame, joints in enumerate(recording.joints_cam_mm):
        x, y, z = joints[0]
        left, top, right, bottom = (
            fx * (x - 1000) / z + cx,
            fy * (y - 1000) / z + cy,
            fx * (x + 1000) / z + cx,
            fy * (y + 1000) / z + cy,
        )
        depth_px = (joints[:, 2] - z) * (right - left + 1) / 2000
        image = [fx * joints[:, 0] / joints[:, 2] + cx, fy * joints[:, 1] / joints[:, 2] + cy, depth_px]
        yield {
            "videoid": video,
            "cameraid": CAMERAS.index(camera.name),
            "camera_param": param,
            "imageid": frame,
            "image_path": f"{recording.name}/{recording.name}_{frame + 1:06}.jpg",
            "joint_3d_image": np.stack(image, axis=-1),
            "joint_3d_camera": joints,
            "center": (0.5 * (left + right), 0.5 * (top + bottom)),
            "scale": ((right - left) / 200.0, (bottom - top) / 200.0),
            "box": np.array([left, top, right, bottom]),
            "subject": int(take.subject[1:]),
            "action": ACTION_NUMBERS[take.action],
            "subaction": take.number,
            "root_depth": z,
        }


@pytest.fixture(scope="session")
def write_pickles():
    """Write the pickles of lcn-pose from tables such as `lcn_pose_tables`."""

    def write(folder, tables):
        for name, table in tables.items():
            (folder / f"h36m_{name}.pkl").write_bytes(pickle.dumps(table))
        return folder

    return write


@pytest.fixture(scope="session")
def write_matlab_meta(synthetic_h36m, write_cameras_h5):
    """Write the folders that lcn-pose's pickles are made of, with 32 or 17 joints."""

    def write(folder, joints=32):
        for recording in synthetic_h36m.recordings():
            path = folder / recording.name / "matlab_meta.mat"
            path.parent.mkdir(parents=True)
            mono = recording.joints_cam_mm
            if joints == 32:
                mono = synthetic_h36m.joints32_cam_mm(take_of(recording), recording.camera)
            savemat(path, {"num_images": float(len(mono)), "Y3d_mono": mono.reshape(len(mono), -1).T})
        write_cameras_h5(folder / "cameras.h5")
        return folder

    return write


@pytest.fixture
def motionbert_table(lcn_pose_tables):
    """What MotionBERT's pickle holds of the synthetic takes."""
    table = {}
    for split in ("train", "test"):
        rows, sh = lcn_pose_tables[split], lcn_pose_tables["sh_dt_ft"][split]
        names = [row["image_path"].split("/")[0] for row in rows]
        table[split] = {
            "joint_2d": sh["joint3d_image"][..., :2],
            "confidence": sh["confidence"],
            "joint3d_image": np.stack([row["joint_3d_image"] for row in rows]),
            "camera_name": np.array([row["camera_param"]["name"] for row in rows]),
            "source": names,
        }
    return table
