// The 3D scene: light, camera and its presets. Metres, y up, z towards the video camera.
const FIELD_OF_VIEW_DEG = 28;
const VIEWS = { start: [0.42, 0.16], front: [0, 0.06], side: [Math.PI / 2, 0.06], top: [0, 1.5] }; // azimuth, elevation
const FLIGHT_MS = 450;

function makeLights() {
  const sky = new THREE.HemisphereLight(0xffffff, 0xb9c1cc, 2.0);
  const key = new THREE.DirectionalLight(0xffffff, 2.1);
  const rim = new THREE.DirectionalLight(0xcfe3ff, 0.9);
  key.castShadow = true;
  key.shadow.mapSize.set(1024, 1024);
  key.shadow.radius = 6;
  key.shadow.normalBias = 0.02;
  Object.assign(key.shadow.camera, { left: -1.6, right: 1.6, top: 1.6, bottom: -1.6, near: 0.5, far: 12 });
  rim.position.set(-3, 2.5, -4);

  function centreOn(x, z) {
    key.target.position.set(x, 0.8, z);
    key.position.set(x + 1.3, 5.4, z + 2.4);
  }
  return { group: new THREE.Group().add(sky, key, key.target, rim), centreOn };
}

// What has to fit on the screen: the size of a figure, and the way it goes when not followed.
function extent(clip, follow) {
  const low = [Infinity, 0, Infinity];
  const high = [-Infinity, 0, -Infinity];
  for (let frame = 0; frame < clip.frames; frame += Math.ceil(clip.frames / 200)) {
    for (const joint of figureAt(clip, frame, follow)) {
      joint?.forEach((x, axis) => {
        low[axis] = Math.min(low[axis], x);
        high[axis] = Math.max(high[axis], x);
      });
    }
  }
  return high[0] < low[0] ? { low: [-1, 0, -1], high: [1, 1.8, 1] } : { low, high };
}

function makeScene(host, clip) {
  const renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true });
  const camera = new THREE.PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 0.1, 200);
  const controls = new THREE.OrbitControls(camera, renderer.domElement);
  const [figure, floor, lights] = [makeFigure(clip), makeFloor(clip), makeLights()];
  const scene = new THREE.Scene().add(figure.group, floor.group, lights.group);
  let [stale, flight, follow, filled] = [true, null, true, false];
  renderer.shadowMap.enabled = true;
  renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
  controls.enableDamping = true;
  controls.dampingFactor = 0.12;
  controls.minDistance = 0.5;
  controls.maxDistance = 60;
  controls.addEventListener("change", () => (stale = true));
  controls.addEventListener("start", () => (flight = null));
  host.prepend(renderer.domElement);

  function viewpoint(name) {
    const { low, high } = extent(clip, follow);
    const target = new THREE.Vector3(...low.map((x, axis) => (x + high[axis]) / 2));
    const half = high.map((x, axis) => (x - low[axis]) / 2);
    const tangent = Math.tan((FIELD_OF_VIEW_DEG / 2) * (Math.PI / 180));
    const across = Math.hypot(half[0], half[2]);
    const tall = name === "top" ? half[2] : half[1] + 0.15 * across;
    const distance = 1.14 * Math.max(tall / tangent, across / tangent / camera.aspect) + across;
    const [azimuth, elevation] = VIEWS[name];
    const away = new THREE.Vector3().setFromSphericalCoords(distance, Math.PI / 2 - elevation, azimuth);
    return { target, position: away.add(target) };
  }

  function look(name, now = false) {
    const to = viewpoint(name);
    flight = { began: performance.now() - (now ? FLIGHT_MS : 0), to, from: [camera.position.clone(), controls.target.clone()] };
  }

  function fly() {
    const part = Math.min(1, (performance.now() - flight.began) / FLIGHT_MS);
    const eased = part * part * (3 - 2 * part);
    camera.position.lerpVectors(flight.from[0], flight.to.position, eased);
    controls.target.lerpVectors(flight.from[1], flight.to.target, eased);
    stale = true;
    if (part === 1) flight = null;
  }

  function paint() {
    figure.paint(filled);
    floor.paint();
    stale = true;
  }

  function show(frame) {
    const joints = figureAt(clip, frame, follow);
    const seen = joints.find(Boolean);
    figure.group.visible = Boolean(seen);
    if (seen) {
      figure.place(joints);
      floor.centreOn(seen[0], seen[2]);
      lights.centreOn(seen[0], seen[2]);
    }
    if (filled !== (clip.status[frame] === 2)) {
      filled = !filled;
      figure.paint(filled);
    }
    stale = true;
  }

  function setFollow(value) {
    follow = value;
    floor.path.visible = !value;
    look("start");
  }

  function resize() {
    const { clientWidth, clientHeight } = host;
    renderer.setSize(clientWidth, clientHeight);
    camera.aspect = clientWidth / Math.max(clientHeight, 1);
    camera.updateProjectionMatrix();
    stale = true;
  }

  function draw() {
    if (flight) fly();
    controls.update();
    if (stale) renderer.render(scene, camera);
    stale = false;
  }

  new ResizeObserver(resize).observe(host);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  floor.path.visible = false;
  resize();
  paint();
  look("start", true);
  return { show, draw, look, setFollow };
}

// Null where the browser has no WebGL.
function sceneOrNull(host, clip) {
  if (!document.createElement("canvas").getContext("webgl2")) return null;
  return makeScene(host, clip);
}
