// The 3D scene: light, floor, figure. Metres, y up, z towards the video camera.
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

function makeScene(host, clip) {
  const renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true });
  const view = makeCamera(clip, renderer.domElement);
  const [figure, floor, lights] = [makeFigure(clip), makeFloor(clip), makeLights()];
  const scene = new THREE.Scene().add(figure.group, floor.group, lights.group);
  let [stale, follow, filled] = [true, true, false];

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
    view.look("start", follow);
  }

  function resize() {
    renderer.setSize(host.clientWidth, host.clientHeight);
    view.setAspect(host.clientWidth / Math.max(host.clientHeight, 1));
    stale = true;
  }

  // Draws only what has changed, so that a page at rest costs nothing.
  function draw() {
    if (view.update() || stale) renderer.render(scene, view.camera);
    stale = false;
  }

  renderer.shadowMap.enabled = true;
  renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
  host.prepend(renderer.domElement);
  new ResizeObserver(resize).observe(host);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  floor.path.visible = false;
  resize();
  paint();
  view.look("start", follow, true);
  return { show, draw, setFollow, look: (name) => view.look(name, follow) };
}

// Null where the browser has no WebGL.
function sceneOrNull(host, clip) {
  if (!document.createElement("canvas").getContext("webgl2")) return null;
  return makeScene(host, clip);
}
