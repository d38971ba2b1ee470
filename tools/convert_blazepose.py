"""MediaPipe's pose landmarker bundle to the .onnx files that poselift runs. For maintainers; not part of the package.

    pip install tensorflow==2.19.1 tf2onnx==1.17 onnx
    python tools/convert_blazepose.py pose_landmarker_full.task -o weights/ --name full

writes blazepose_detector.onnx and blazepose_landmarks_full.onnx. With files that are .onnx already, whose batch is 1,
only what comes after the conversion is done, and only onnx is needed:

    python tools/convert_blazepose.py blazepose_landmarks_full.onnx -o weights/

What is done to the original networks, in this order; none of it changes a number by more than rounding:

1. The detector's weights are sparse (DENSIFY operations), which tf2onnx cannot read: the TensorFlow Lite interpreter
   computes each once, and its output becomes the constant.
2. tf2onnx converts.
3. Outputs that poselift does not use, above all the segmentation, are cut off with what only they need; the others
   get names. Weights that are float16 numbers are stored as float16, and cast when the file is loaded.
4. The number of images at once is made free.
"""

from __future__ import annotations

import argparse
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

# Shape behind the batch -> name, for each kind of network.
DETECTOR = {(2254, 12): "boxes", (2254, 1): "scores"}
LANDMARKS = {(195,): "landmarks", (1,): "presence", (64, 64, 39): "heatmap", (117,): "world_landmarks"}
OPSET = 17
# A tensor of fewer numbers is not worth a cast.
FEW = 16


def dense(tflite: Path, to: Path) -> None:
    """Write the network with constants in the place of DENSIFY operations."""
    import tensorflow as tf
    from tensorflow.lite.python import schema_py_generated as schema
    from tensorflow.lite.tools import flatbuffer_utils

    interpreter = tf.lite.Interpreter(
        str(tflite),
        experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    interpreter.invoke()
    model = flatbuffer_utils.read_model(str(tflite))
    graph = model.subgraphs[0]
    kept = []
    for operation in graph.operators:
        if model.operatorCodes[operation.opcodeIndex].builtinCode != schema.BuiltinOperator.DENSIFY:
            kept.append(operation)
            continue
        tensor = graph.tensors[operation.outputs[0]]
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(interpreter.get_tensor(operation.outputs[0]).tobytes(), dtype=np.uint8)
        model.buffers.append(buffer)
        tensor.buffer, tensor.sparsity = len(model.buffers) - 1, None
    graph.operators = kept
    flatbuffer_utils.write_model(model, str(to))


def converted(tflite: Path) -> onnx.ModelProto:
    """What tf2onnx makes of a .tflite file."""
    import tf2onnx

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "dense.tflite"
        dense(tflite, plain)
        model: onnx.ModelProto = tf2onnx.convert.from_tflite(str(plain), opset=OPSET)[0]
    return model


def named(model: onnx.ModelProto) -> onnx.ModelProto:
    """The network with the outputs that are used, told apart by their shapes, under poselift's names."""
    shapes = {
        side.name: tuple(d.dim_value for d in side.type.tensor_type.shape.dim)[1:]
        for side in (*model.graph.input, *model.graph.output)
    }
    names = DETECTOR if any(shape in DETECTOR for shape in shapes.values()) else LANDMARKS
    outputs = {side.name: names[shapes[side.name]] for side in model.graph.output if shapes[side.name] in names}
    if sorted(outputs.values()) != sorted(names.values()):
        raise SystemExit(f"expected outputs of the shapes {names}, found {shapes}")
    extracted = onnx.utils.Extractor(model).extract_model([model.graph.input[0].name], list(outputs))
    new = {**outputs, extracted.graph.input[0].name: "image"}
    for node in extracted.graph.node:
        for sides in (node.input, node.output):
            sides[:] = [new.get(name, name) for name in sides]
    for side in (*extracted.graph.input, *extracted.graph.output):
        side.name = new[side.name]
    ordered = sorted(extracted.graph.output, key=lambda side: list(names.values()).index(side.name))
    del extracted.graph.output[:]
    extracted.graph.output.extend(ordered)
    return extracted


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights that are float16 numbers stored as such, with a Cast each."""
    casts: list[Any] = []
    for tensor in model.graph.initializer:
        weights = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = weights.astype(np.float16)
        if weights.dtype != np.float32 or weights.size < FEW or not np.array_equal(half, weights):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def of_any_batch(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network for any number of images at once."""
    for side in (*model.graph.input, *model.graph.output):
        side.type.tensor_type.shape.dim[0].dim_param = "people"
    del model.graph.value_info[:]  # shapes in between, of one image
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "Reshape":
            continue
        shape = numpy_helper.to_array(constants[node.input[1]]).copy()
        if shape[0] == 1:
            shape[0] = 0  # as it is
            constants[node.input[1]].CopyFrom(numpy_helper.from_array(shape, node.input[1]))
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "source", type=Path, nargs="+", help="a bundle (.task), or .onnx files of one image at a time"
    )
    parser.add_argument("--output", "-o", type=Path, default=Path("."), help="folder for the .onnx files")
    parser.add_argument("--name", default="full", help="what the bundle's landmark network is: lite, full or heavy")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for source in options.source:
        if source.suffix == ".onnx":
            onnx.save(of_any_batch(onnx.load(source)), options.output / source.name)
            continue
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(source) as bundle:
            for inside, name in (
                ("pose_detector.tflite", "blazepose_detector"),
                ("pose_landmarks_detector.tflite", f"blazepose_landmarks_{options.name}"),
            ):
                model = halved(named(converted(Path(bundle.extract(inside, folder)))))
                onnx.save(of_any_batch(model), options.output / f"{name}.onnx")


if __name__ == "__main__":
    main()
