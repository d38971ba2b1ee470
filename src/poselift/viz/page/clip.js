// The clip that Python embedded. Arrays are base64; int16 arrays hold steps of `step`, and MISSING for NaN.
const MISSING = -32768;

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function numbersOf(packed) {
  if (!packed) return null;
  const steps = new Int16Array(bytesOf(packed.base64).buffer);
  return Float32Array.from(steps, (n) => (n === MISSING ? NaN : n * packed.step));
}

function readClip(text) {
  const clip = JSON.parse(text);
  return {
    ...clip,
    status: bytesOf(clip.status), // per frame: 0 nobody, 1 seen, 2 filled
    jointsMm: numbersOf(clip.joints_root_stage_mm),
    heightMm: numbersOf(clip.root_height_mm),
    rootMm: numbersOf(clip.root_stage_mm),
    jointsPx: numbersOf(clip.joints_px),
    confidence: clip.confidence && bytesOf(clip.confidence), // 0 to 255
  };
}

// The joints of one frame in metres, as [x, y, z] or null each; y is the height over the floor.
function figureAt(clip, frame, follow) {
  const root = follow
    ? [0, clip.heightMm[frame], 0]
    : [0, 1, 2].map((axis) => clip.rootMm[3 * frame + axis]);
  return clip.joints.map((_, joint) => {
    const at = 3 * (frame * clip.joints.length + joint);
    const position = root.map((offset, axis) => (clip.jointsMm[at + axis] + offset) / 1000);
    return position.every(Number.isFinite) ? position : null;
  });
}

function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
