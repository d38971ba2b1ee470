import json

import pytest

from poselift.errors import SkeletonError
from poselift.skeleton import H36M_17, SKELETONS, Skeleton
from poselift.skeleton.table import table_of_parents

TOY = {
    "name": "toy",
    "root": ["middle"],
    "joints": [
        {"name": "middle"},
        {"name": "left_hand", "parent": "middle"},
        {"name": "right_hand", "parent": "middle"},
        {"name": "ring", "parent": "right_hand"},
    ],
    "pairs": [["left_hand", "right_hand"]],
}


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
def test_every_known_skeleton_comes_back_from_its_table_and_from_json(skeleton):
    assert Skeleton.from_dict(skeleton.as_dict()) == skeleton
    assert Skeleton.from_dict(json.loads(json.dumps(skeleton.as_dict()))) == skeleton


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
def test_a_table_of_parents_means_the_same_wherever_there_is_one(skeleton):
    table = table_of_parents(skeleton.as_dict())
    assert table is None or Skeleton.from_dict(table) == skeleton


def test_trees_have_a_table_of_parents_and_graphs_have_none():
    assert table_of_parents(H36M_17.as_dict())["joints"][:2] == [
        {"name": "pelvis"},
        {"name": "right_hip", "parent": "pelvis"},
    ]
    assert table_of_parents(SKELETONS["coco17"].as_dict()) is None


def test_parents_are_bones_in_the_order_of_the_children():
    skeleton = Skeleton.from_dict(TOY)
    assert skeleton.bones == (("middle", "left_hand"), ("middle", "right_hand"), ("right_hand", "ring"))
    assert skeleton.parents == (-1, 0, 0, 2)
    assert (skeleton.left, skeleton.right) == (("left_hand",), ("right_hand",))


def test_one_joint_needs_no_bones_and_a_single_root_no_list():
    point = Skeleton.from_dict({"name": "point", "root": "ball", "joints": ["ball"]})
    assert (point.bones, point.root) == ((), ("ball",))


def joints(**parents):
    return [{"name": name, "parent": parent} if parent else {"name": name} for name, parent in parents.items()]


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        ({"joints": joints(a=None, b="d", c="b", d="c"), "root": ["a"], "pairs": []}, "'b'.*circle.*b -> d", ""),
        ({"joints": joints(a=None, b="c", c="c"), "root": ["a"], "pairs": []}, "'c'.*circle: c -> c", ""),
        ({"joints": joints(a="c", b="a", c="b"), "root": ["a"], "pairs": []}, "circle", ""),
        ({"joints": joints(middle=None, hand="midle"), "pairs": []}, "'hand'.*'midle' is no joint", "'middle'"),
        ({"joints": joints(middle=None, hand=None, ring="hand"), "pairs": []}, "'hand'.*missing", "list bones"),
        ({"joints": ["middle", "hand"], "pairs": []}, "no bones", "parent"),
        ({"joints": [*TOY["joints"], "ring"]}, "not unique: 'ring'", ""),
        ({"pairs": [["left_hand", "left_hand"]]}, "'left_hand' is paired with itself", ""),
        ({"pairs": [["left_hand", "right_hand"], ["right_hand", "ring"]]}, "'right_hand' is on both sides", ""),
        ({"pairs": [["left_hand", "right_hnd"]]}, "no joint 'right_hnd'", "'right_hand'"),
        ({"pairs": [["left_hand"]]}, r"pairs: expected pairs of joints, got \['left_hand'\]", ""),
        ({"pairs": "left_hand"}, "pairs: expected a list", ""),
        ({"root": ["midle"]}, "no joint 'midle'", "'middle'"),
        ({"root": []}, "root", ""),
        ({"root": ["middle", "middle"]}, "root: 'middle' comes twice", ""),
        ({"root": 3}, "root: expected names", ""),
        ({"extra_edges": [["ring", "ring"]]}, "'ring' is paired with itself", ""),
        ({"bones": [["middle", "ring"]]}, "parents, and there are bones", "either"),
        ({"boness": []}, "has no 'boness'", "'bones'"),
        ({"joints": [{"name": "middle", "parnt": "a"}]}, "joint 0 has no 'parnt'", "'parent'"),
        ({"joints": [{"parent": "middle"}]}, "joint 0: expected a name", ""),
        ({"joints": [1, 2]}, "joint 0: expected a name", ""),
        ({"joints": "middle"}, "joints: expected a list", ""),
        ({"joints": [], "pairs": []}, "no joint 'middle'", ""),
        ({"joints": [{"name": "middle"}, {"name": "", "parent": "middle"}], "pairs": []}, "one line, got ''", ""),
        ({"name": ""}, "one line, got ''", ""),
        ({"name": "two\nlines"}, "one line", ""),
        ({"name": None}, "name: expected text", ""),
    ],
)
def test_a_table_that_is_no_skeleton_is_refused_by_name(change, message, hint):
    with pytest.raises(SkeletonError, match=message) as caught:
        Skeleton.from_dict({**TOY, **change})
    assert hint in caught.value.hint


@pytest.mark.parametrize("key", ["name", "root", "joints"])
def test_what_is_missing_is_named(key):
    with pytest.raises(SkeletonError, match=f"its {key} is missing"):
        Skeleton.from_dict({k: v for k, v in TOY.items() if k != key})


@pytest.mark.parametrize("table", [None, [], "h36m17", 3])
def test_what_is_no_table_is_refused(table):
    with pytest.raises(SkeletonError, match="expected a table"):
        Skeleton.from_dict(table)
