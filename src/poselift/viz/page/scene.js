// The 3D scene: light, floor, figures. Metres, y up, z towards the video camera.
function makeLights(wide) {
  const reach = wide ? 4 : 1.6; // what casts a shadow
  const sky = new THREE.HemisphereLight(0xffffff, 0xb9c1cc, 2.0);
  const key = new THREE.DirectionalLight(0xffffff, 2.1);
  const rim = new THREE.DirectionalLight(0xcfe3ff, 0.9);
  key.castShadow = true;
  key.shadow.mapSize.setScalar(wide ? 2048 : 1024);
  key.shadow.radius = 6;
  key.shadow.normalBias = 0.02;
  Object.assign(key.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach });
  Object.assign(key.shadow.camera, { near: 0.5, far: 12 });
  rim.position.set(-3, 2.5, -4);

  function centreOn(x, z) {
    key.target.position.set(x, 0.8, z);
    key.position.set(x + 1.3, 5.4, z + 2.4);
  }
  return { group: new THREE.Group().add(sky, key, key.target, rim), centreOn };
}

function makeScene(host, data) {
  const renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true });
  const view = makeCamera(data, renderer.domElement);
  const figures = data.people.map(makeFigure);
  const [floor, lights, tags] = [makeFloor(data), makeLights(data.people.length > 1), makeTags(host, data.people)];
  const scene = new THREE.Scene().add(floor.group, lights.group, ...figures.map((figure) => figure.group));
  let stale = true;

  function paint() {
    figures.forEach((figure) => figure.paint());
    floor.paint();
    stale = true;
  }

  // Light and floor are where `chosen` is, or the first who is there; nobody is `followed` where it is null.
  function show(frame, chosen, followed) {
    const joints = data.people.map((person) => jointsAt(person, frame, followed));
    figures.forEach((figure, number) => {
      figure.group.visible = joints[number].some(Boolean);
      if (figure.group.visible) figure.place(joints[number], jointStatusAt(data.people[number], frame));
    });
    tags.show(joints);
    const seen = [joints[data.people.indexOf(chosen)], ...joints].flatMap((ones) => ones ?? []).find(Boolean);
    if (seen) {
      floor.centreOn(seen[0], seen[2]);
      lights.centreOn(seen[0], seen[2]);
    }
    stale = true;
  }

  function follow(followed) {
    floor.paths.visible = !followed;
    view.look("start", followed);
  }

  function resize() {
    renderer.setSize(host.clientWidth, host.clientHeight);
    view.setAspect(host.clientWidth / Math.max(host.clientHeight, 1));
    stale = true;
  }

  // Draws only what has changed, so that a page at rest costs nothing.
  function draw() {
    if (view.update() || stale) {
      renderer.render(scene, view.camera);
      tags.draw(view.camera);
    }
    stale = false;
  }

  renderer.shadowMap.enabled = true;
  renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
  host.prepend(renderer.domElement);
  new ResizeObserver(resize).observe(host);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  floor.paths.visible = false;
  resize();
  paint();
  view.look("start", data.people[data.main] ?? null, true);
  return { show, draw, follow, look: view.look };
}

// Null where the browser has no WebGL.
function sceneOrNull(host, data) {
  if (!document.createElement("canvas").getContext("webgl2")) return null;
  return makeScene(host, data);
}
