// A person: a sphere per joint, a cylinder per bone, both instanced.
const JOINT_M = 0.03;
const BONE_M = 0.021;
// How pale and how thin joints are that were seen, filled or guessed, and bones that lead to them.
const PALENESS = [0, 0.68, 0.76];
const THICKNESS = [1, 1, 0.55];
const NOWHERE = new THREE.Matrix4().makeScale(0, 0, 0);

// Short bones (a face, a hand) get thin bones and small joints, so that nothing drowns in a sphere.
function boneLengths(person) {
  const lengths = person.bones.map(() => 0);
  const frames = person.status.length;
  for (let row = 0; row < frames; row += Math.ceil(frames / 50)) {
    const joints = jointsAt(person, person.first_frame + row, person);
    person.bones.forEach(([a, b], bone) => {
      if (joints[a] && joints[b]) {
        lengths[bone] = Math.max(lengths[bone], Math.hypot(...joints[a].map((x, i) => x - joints[b][i])));
      }
    });
  }
  return lengths;
}

function thicknesses(person) {
  const lengths = boneLengths(person);
  const bones = lengths.map((length) => Math.min(BONE_M, 0.25 * length));
  const joints = person.joints.map((_, joint) => {
    const own = lengths.filter((length, bone) => length > 0 && person.bones[bone].includes(joint));
    return Math.min(JOINT_M, ...own.map((length) => 0.36 * length));
  });
  return { bones, joints };
}

function makeFigure(person) {
  const material = new THREE.MeshStandardMaterial({ roughness: 0.48, metalness: 0.02 });
  const spheres = new THREE.InstancedMesh(new THREE.SphereGeometry(1, 28, 20), material, person.joints.length);
  const cylinders = new THREE.InstancedMesh(new THREE.CylinderGeometry(1, 1, 1, 24), material, person.bones.length);
  const group = new THREE.Group().add(spheres, cylinders);
  const thickness = thicknesses(person);
  const up = new THREE.Vector3(0, 1, 0);
  let joint_status = new Uint8Array(person.joints.length);
  for (const mesh of [spheres, cylinders]) {
    mesh.castShadow = true;
    mesh.frustumCulled = false;
  }

  const boneStatus = ([a, b]) => Math.max(joint_status[a], joint_status[b]);

  function paint() {
    const pale = new THREE.Color(cssColour("--pale"));
    const full = Object.fromEntries(
      ["left", "right", "middle"].map((side) => [side, new THREE.Color(cssColour(colourName(person, side)))]),
    );
    const colour = (side, status) => full[side].clone().lerp(pale, PALENESS[status]);
    person.joint_sides.forEach((side, joint) => spheres.setColorAt(joint, colour(side, joint_status[joint])));
    person.bone_sides.forEach((side, bone) => {
      cylinders.setColorAt(bone, colour(side, boneStatus(person.bones[bone])));
    });
    spheres.instanceColor.needsUpdate = cylinders.instanceColor.needsUpdate = true;
  }

  function place(joints, status) {
    if (status.some((now, joint) => now !== joint_status[joint])) {
      joint_status = status;
      paint();
    }
    const points = joints.map((joint) => joint && new THREE.Vector3(...joint));
    points.forEach((point, joint) => {
      const size = thickness.joints[joint] * THICKNESS[joint_status[joint]];
      const matrix = point ? new THREE.Matrix4().makeScale(size, size, size).setPosition(point) : NOWHERE;
      spheres.setMatrixAt(joint, matrix);
    });
    person.bones.forEach(([a, b], bone) => {
      cylinders.setMatrixAt(bone, points[a] && points[b] ? between(points[a], points[b], bone) : NOWHERE);
    });
    spheres.instanceMatrix.needsUpdate = cylinders.instanceMatrix.needsUpdate = true;
  }

  function between(a, b, bone) {
    const along = b.clone().sub(a);
    const length = Math.max(along.length(), 1e-6);
    const turn = new THREE.Quaternion().setFromUnitVectors(up, along.divideScalar(length));
    const width = thickness.bones[bone] * THICKNESS[boneStatus(person.bones[bone])];
    const size = new THREE.Vector3(width, length, width);
    return new THREE.Matrix4().compose(a.clone().lerp(b, 0.5), turn, size);
  }

  return { group, paint, place };
}
