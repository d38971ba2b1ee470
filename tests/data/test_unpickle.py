import builtins
import io
import os
import pickle
import subprocess
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from poselift.data.unpickle import load_npz_objects, read_pickle, unpickled
from poselift.errors import DataFormatError

VALUES = {
    "float64": np.arange(6.0).reshape(2, 3),
    "columns first": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "view": np.arange(10)[::3],
    "axes in another order": np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
    "nothing": np.zeros((0, 3)),
    "truth": np.array([True, False]),
    "half": np.array(0.5, dtype=np.float16),
    "text": np.array(["a", "bc"]),
    "objects": np.array([{"a": np.arange(2)}, None], dtype=object),
    "scalars": [np.float64(0.5), np.int32(3), np.bool_(True), np.str_("é")],
    "plain": [1, 2.5, True, None, "é", b"\xff", 3j, (1, [2]), {1}, frozenset({2}), bytearray(b"x")],
    "ordered": OrderedDict(b=1, a=2),
}


class Call:
    """Pickles to a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def hostile(trace):
    return {
        f"{os.name}.system": Call(os.system, f"touch {trace}"),
        "builtins.eval": Call(eval, f"open({str(trace)!r}, 'w')"),
        "builtins.exec": Call(exec, f"open({str(trace)!r}, 'w')"),
        "builtins.getattr": Call(getattr, trace, "touch"),
        "subprocess.Popen": Call(subprocess.Popen, ["touch", str(trace)]),
        "numpy.load": Call(np.load, str(trace)),
    }


PYTHON_2_NAMES = {
    **{f"builtins.{name}": f"__builtin__.{name}" for name in ("eval", "exec", "getattr")},
    "subprocess.Popen": "commands.Popen",
}


def same(a, b):
    assert isinstance(a, type(b))
    if isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        for x, y in zip(a.ravel().tolist(), b.ravel().tolist(), strict=True):
            same(x, y)
    elif isinstance(a, dict):
        assert list(a) == list(b)
        same(list(a.values()), list(b.values()))
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y)
    else:
        assert a == b


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", VALUES)
def test_arrays_and_plain_values_come_back(tmp_path, name, protocol):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(VALUES[name], protocol))
    same(read_pickle(tmp_path / "a.pkl"), VALUES[name])


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("spelling", [b"numpy.core.", b"numpy._core."])
def test_every_version_of_numpy_is_understood(protocol, spelling):
    """numpy 1 and 2 differ in the names of their modules alone; the length of a name stands before it."""
    data = pickle.dumps([np.arange(3.0), np.float64(1)], protocol)
    other = b"numpy.core." if b"numpy._core." in data else b"numpy._core."
    if spelling not in data:
        data = respelled(data, other if spelling != other else spelling)
    assert spelling in data
    same(unpickled(io.BytesIO(data), "here"), [np.arange(3.0), np.float64(1)])


def respelled(data, spelling):
    present = b"numpy._core." if b"numpy._core." in data else b"numpy.core."
    shift = len(spelling) - len(present)
    parts = data.split(present)
    for number, part in enumerate(parts[:-1]):
        if part.endswith(b"c"):  # a name that ends with its line
            continue
        parts[number] = part[:-1] + bytes([part[-1] + shift])
    if data[1] >= 4:  # the frame's length stands at byte 3
        length = int.from_bytes(data[3:11], "little") + shift * (len(parts) - 1)
        parts[0] = parts[0][:3] + length.to_bytes(8, "little") + parts[0][11:]
    return spelling.join(parts)


def test_a_pickle_that_python_2_wrote():
    """Text of Python 2 is bytes, of arrays too; {'a': np.arange(3), 'b': np.float32(0.5), 'c': 'x\\xff'}."""
    value = unpickled(io.BytesIO(PYTHON_2), "here")
    assert sorted(value) == ["a", "b", "c"]
    same(value["a"], np.arange(3))
    same(value["b"], np.float32(0.5))
    assert value["c"] == "xÿ"


PYTHON_2 = (
    b"\x80\x02}q\x00(U\x01aq\x01cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85q\x04U\x01b"
    b"q\x05\x87q\x06Rq\x07(K\x01K\x03\x85q\x08cnumpy\ndtype\nq\tU\x02i8q\nK\x00K\x01\x87q\x0bRq\x0c(K\x03U\x01<q\rN"
    b"NNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x0eb\x89U\x18" + np.arange(3, dtype="<i8").tobytes() + b"q\x0ftq"
    b"\x10bU\x01bcnumpy.core.multiarray\nscalar\nq\x11h\tU\x02f4q\x12K\x00K\x01\x87q\x13Rq\x14(K\x03h\rNNNJ\xff\xff"
    b"\xff\xffJ\xff\xff\xff\xffK\x00tq\x15bU\x04\x00\x00\x00?q\x16\x86q\x17Rq\x18U\x01cU\x02x\xffq\x19u."
)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("nested", ["bare", "list", "array"])
@pytest.mark.parametrize("name", sorted(hostile("")))
def test_nothing_else_runs(tmp_path, name, nested, protocol):
    trace = tmp_path / "trace"
    call = hostile(trace)[name]
    value = {"bare": call, "list": [{"a": call}], "array": np.array([1, call], dtype=object)}[nested]
    path = tmp_path / "hostile.pkl"
    path.write_bytes(pickle.dumps(value, protocol))
    spelling = PYTHON_2_NAMES.get(name, name) if protocol < 3 else name
    with pytest.raises(DataFormatError) as error:
        read_pickle(path)
    assert str(path) in str(error.value)
    assert f"asks for {spelling}" in str(error.value)
    assert not trace.exists()


def test_no_way_leads_around_the_list():
    attacks = {
        "attribute of an admitted type": b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__class__\x93.",
        "a codec that is none of text": b"c_codecs\nencode\n(Vx\nVzlib\ntR.",
        "persistent object": b"Ppath\n.",
        "extension": b"\x82\x01.",
        "instance by opcode": b"(Vtrue\nios\nsystem\n.",
        "object by opcode": b"(cos\nsystem\nVtrue\no.",
    }
    for name, data in attacks.items():
        with pytest.raises(DataFormatError, match=r"^here: "):
            unpickled(io.BytesIO(data), "here")
        assert name


class Rebuilt:
    """Pickles to an array or dtype of some state, which numpy would take on trust."""

    def __init__(self, *reduced):
        self.reduced = reduced

    def __reduce__(self):
        return self.reduced


ARRAY = np.zeros(1).__reduce__()[:2]
DTYPE = (np.dtype, ("f8", False, True))
OBJECT = np.dtype(object)
LIES = {
    "more objects than there are": Rebuilt(*ARRAY, (1, (1000,), OBJECT, False, [None])),
    "no list of objects": Rebuilt(*ARRAY, (1, (1,), OBJECT, False, b"12345678")),
    "more numbers than there are": Rebuilt(*ARRAY, (1, (3,), np.dtype("f8"), False, bytes(16))),
    "negative shape": Rebuilt(*ARRAY, (1, (-1, -2), np.dtype("f8"), False, bytes(16))),
    "shape of no numbers": Rebuilt(*ARRAY, (1, (1.5,), np.dtype("f8"), False, bytes(8))),
    "flags of objects": Rebuilt(*DTYPE, (3, "<", None, None, None, 8, 8, 63)),
    "fields": Rebuilt(*DTYPE, (3, "<", None, ("a",), {"a": (np.dtype("f8"), 99)}, 8, 8, 0)),
    "array of pointers": Rebuilt(np.dtype, ("P", False, True)),
    "short scalar": Rebuilt(np.float64(1).__reduce__()[0], (np.dtype("f8"), b"1234")),
    "scalar of objects": Rebuilt(np.float64(1).__reduce__()[0], (OBJECT, b"12345678")),
}


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("name", sorted(LIES.keys() - {"flags of objects"}))
def test_an_array_that_is_not_what_it_says(name, protocol):
    with pytest.raises(DataFormatError, match="here: not a pickle, or cut short"):
        unpickled(io.BytesIO(pickle.dumps(LIES[name], protocol)), "here")


def test_flags_of_a_dtype_are_not_believed():
    array = Rebuilt(*ARRAY, (1, (2,), LIES["flags of objects"], False, np.arange(2.0).tobytes()))
    same(unpickled(io.BytesIO(pickle.dumps(array)), "here"), np.arange(2.0))


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_file_cut_anywhere_is_an_error(protocol):
    data = pickle.dumps([{"a": np.arange(3.0)}, "text"], protocol)
    for length in range(len(data)):
        with pytest.raises(DataFormatError, match="here: not a pickle, or cut short"):
            unpickled(io.BytesIO(data[:length]), "here")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"{}", b"\x80\x63."])
def test_a_file_that_is_no_pickle(tmp_path, content):
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(DataFormatError, match=r"a\.pkl: not a pickle, or cut short"):
        read_pickle(tmp_path / "a.pkl")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataFormatError, match=r"a\.pkl: cannot be read \(No such file"):
        read_pickle(tmp_path / "a.pkl")
    with pytest.raises(DataFormatError, match=r"a\.npz: cannot be read \(No such file"):
        load_npz_objects(tmp_path / "a.npz", "a")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_members_of_npz_files(tmp_path, save):
    table = {"S1": {"Walking": np.arange(6.0).reshape(2, 3)}}
    members = {"table": np.array(table, dtype=object), "objects": VALUES["objects"], "plain": VALUES["float64"]}
    save(tmp_path / "a.npz", columns=VALUES["columns first"], number=np.float32(2), **members)
    same(load_npz_objects(tmp_path / "a.npz", "table"), table)
    same(load_npz_objects(tmp_path / "a.npz", "objects"), VALUES["objects"])
    same(load_npz_objects(tmp_path / "a.npz", "plain"), VALUES["float64"])
    same(load_npz_objects(tmp_path / "a.npz", "columns"), VALUES["columns first"])
    assert load_npz_objects(tmp_path / "a.npz", "number") == 2


def test_a_hostile_npz_file(tmp_path):
    trace = tmp_path / "trace"
    np.savez(tmp_path / "a.npz", a=np.array([Call(builtins.open, str(trace), "w")], dtype=object))
    with pytest.raises(DataFormatError, match=r"a\.npz: a: .* it asks for (io|_io)\.open"):
        load_npz_objects(tmp_path / "a.npz", "a")
    assert not trace.exists()


def test_damaged_npz_files(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, a=np.array({"b": 1}, dtype=object))
    with pytest.raises(DataFormatError, match=r"a\.npz: found no b, only a"):
        load_npz_objects(path, "b")
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataFormatError, match=r"a\.npz: not an \.npz file"):
        load_npz_objects(path, "a")
    members = {"text": b"hello", "number": npy(np.arange(9))[:-8], "object": npy_of_objects(pickle.dumps([1]))}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    for name, message in {
        "text": "not an .npy",
        "number": "expected .9,. numbers, found 8",
        "object": "list",
    }.items():
        with pytest.raises(DataFormatError, match=message):
            load_npz_objects(path, name)


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npy_of_objects(content):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    return stream.getvalue() + content
