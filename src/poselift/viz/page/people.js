// The people that Python embedded. Arrays are base64; int16 arrays hold steps of `step`, and MISSING for NaN.
const MISSING = -32768;

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function numbersOf(packed) {
  if (!packed) return null;
  const steps = new Int16Array(bytesOf(packed.base64).buffer);
  return Float32Array.from(steps, (n) => (n === MISSING ? NaN : n * packed.step));
}

function readData(text) {
  const data = JSON.parse(text);
  return { ...data, frames: data.time_s.length, people: data.people.map(readPerson) };
}

function readPerson(person) {
  return {
    ...person,
    status: bytesOf(person.status), // per frame of the person: 0 nobody, 1 seen, 2 filled
    jointStatus: bytesOf(person.joint_status), // per frame and joint: 0 seen, 1 filled, 2 guessed
    jointsMm: numbersOf(person.joints_root_stage_mm),
    heightMm: numbersOf(person.root_height_mm),
    rootMm: numbersOf(person.root_stage_mm),
    angles: person.angles && { names: person.angles.names, values: numbersOf(person.angles.deg) },
    placeMm: numbersOf(person.place_stage_mm),
    jointsPx: numbersOf(person.joints_px),
    confidence: person.confidence && bytesOf(person.confidence), // 0 to 255
  };
}

function statusAt(person, frame) {
  return person.status[frame - person.first_frame] ?? 0;
}

// How each joint came about in a frame.
function jointStatusAt(person, frame) {
  const first = (frame - person.first_frame) * person.joints.length;
  return person.jointStatus.subarray(first, first + person.joints.length);
}

function rootKnown(person, frame) {
  return Number.isFinite(person.rootMm?.[3 * (frame - person.first_frame)]);
}

// Where somebody stands, x and z; before and after their time, where they were first and last.
function placeAt(person, frame) {
  const row = Math.max(0, Math.min(person.status.length - 1, frame - person.first_frame));
  return [person.placeMm[2 * row], person.placeMm[2 * row + 1]];
}

// The joints of one frame in metres, as [x, y, z] or null each; y is the height over the floor. Who is followed stays
// above the origin; everybody is where their root is known to go if nobody is followed.
function jointsAt(person, frame, followed) {
  if (statusAt(person, frame) === 0) return person.joints.map(() => null);
  const row = frame - person.first_frame;
  const root = followed ? standing(person, frame, followed) : [0, 1, 2].map((axis) => person.rootMm?.[3 * row + axis]);
  return person.joints.map((_, joint) => {
    const at = 3 * (row * person.joints.length + joint);
    const position = root.map((offset, axis) => (person.jointsMm[at + axis] + offset) / 1000);
    return position.every(Number.isFinite) ? position : null;
  });
}

function standing(person, frame, followed) {
  const [[x, z], [fromX, fromZ]] = [placeAt(person, frame), placeAt(followed, frame)];
  return [x - fromX, person.heightMm[frame - person.first_frame], z - fromZ];
}

function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The name of a person's colour in the style sheet; one person alone has the colours of the sides.
function colourName(person, side) {
  return person.hue === null ? `--${side}` : `--hue${person.hue}-${side}`;
}
