// Where we look from: presets that fit the people, flights between them, and the mouse.
const FIELD_OF_VIEW_DEG = 28;
const VIEWS = { start: [0.42, 0.16], front: [0, 0.06], side: [Math.PI / 2, 0.06], top: [0, 1.5] }; // azimuth, elevation
const FLIGHT_MS = 450;
const REACH_M = 4; // further from who is followed, the others may be out of sight

// What has to fit on the screen: the size of figures, and the ways they go when nobody is followed.
function extent(data, followed) {
  const low = [Infinity, 0, Infinity];
  const high = [-Infinity, 0, -Infinity];
  for (let frame = 0; frame < data.frames; frame += Math.ceil(data.frames / 200)) {
    for (const person of data.people) {
      const reach = !followed || person === followed ? Infinity : REACH_M;
      for (const joint of jointsAt(person, frame, followed)) {
        joint?.forEach((x, axis) => {
          low[axis] = Math.min(low[axis], Math.max(x, -reach));
          high[axis] = Math.max(high[axis], Math.min(x, reach));
        });
      }
    }
  }
  return high[0] < low[0] ? { low: [-1, 0, -1], high: [1, 1.8, 1] } : { low, high };
}

function viewpoint(name, { low, high }, aspect) {
  const target = new THREE.Vector3(...low.map((x, axis) => (x + high[axis]) / 2));
  const half = high.map((x, axis) => (x - low[axis]) / 2);
  const tangent = Math.tan((FIELD_OF_VIEW_DEG / 2) * (Math.PI / 180));
  const across = Math.hypot(half[0], half[2]);
  const tall = name === "top" ? half[2] : half[1] + 0.15 * across;
  const distance = 1.14 * Math.max(tall / tangent, across / tangent / aspect) + across;
  const [azimuth, elevation] = VIEWS[name];
  const away = new THREE.Vector3().setFromSphericalCoords(distance, Math.PI / 2 - elevation, azimuth);
  return { target, position: away.add(target) };
}

function makeCamera(data, canvas) {
  const camera = new THREE.PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 0.1, 200);
  const controls = new THREE.OrbitControls(camera, canvas);
  let flight = null;
  Object.assign(controls, { enableDamping: true, dampingFactor: 0.12, minDistance: 0.5, maxDistance: 60 });
  controls.addEventListener("start", () => (flight = null));

  function look(name, followed, now = false) {
    const from = { position: camera.position.clone(), target: controls.target.clone() };
    const to = viewpoint(name, extent(data, followed), camera.aspect);
    flight = { began: performance.now() - (now ? FLIGHT_MS : 0), from, to };
  }

  function fly() {
    const part = Math.min(1, (performance.now() - flight.began) / FLIGHT_MS);
    const eased = part * part * (3 - 2 * part);
    camera.position.lerpVectors(flight.from.position, flight.to.position, eased);
    controls.target.lerpVectors(flight.from.target, flight.to.target, eased);
    if (part === 1) flight = null;
  }

  // Move on; tells whether the view has changed.
  function update() {
    const flying = Boolean(flight);
    if (flying) fly();
    return controls.update() || flying;
  }

  function setAspect(aspect) {
    camera.aspect = aspect;
    camera.updateProjectionMatrix();
  }

  return { camera, look, update, setAspect };
}
