// The floor: a grid of half metres that fades into the distance, the shadow, and the ways the roots go.
const GRID_VERTEX = `
  varying vec2 at;
  void main() {
    at = position.xy;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }`;
const GRID_FRAGMENT = `
  varying vec2 at;
  uniform vec3 colour;
  uniform vec2 centre;
  float line(float spacing, float width) {
    vec2 cell = abs(fract(at / spacing - 0.5) - 0.5) * spacing;
    vec2 pixel = fwidth(at);
    vec2 ink = 1.0 - smoothstep(pixel * (width - 0.5), pixel * (width + 0.5), cell);
    return max(ink.x, ink.y);
  }
  void main() {
    float fade = 1.0 - smoothstep(0.5, 5.5, distance(at, centre));
    gl_FragColor = vec4(colour, fade * max(0.22 * line(0.5, 0.6), 0.5 * line(1.0, 0.8)));
  }`;

function makeFloor(data) {
  const grid = new THREE.Mesh(
    new THREE.PlaneGeometry(60, 60),
    new THREE.ShaderMaterial({
      vertexShader: GRID_VERTEX,
      fragmentShader: GRID_FRAGMENT,
      uniforms: { colour: { value: new THREE.Color() }, centre: { value: new THREE.Vector2() } },
      transparent: true,
      depthWrite: false,
      side: THREE.DoubleSide,
    }),
  );
  const shade = new THREE.Mesh(new THREE.PlaneGeometry(60, 60), new THREE.ShadowMaterial());
  shade.receiveShadow = true;
  const paths = new THREE.Group();
  for (const person of data.people) paths.add(makePath(person));
  const group = new THREE.Group().add(grid, shade, paths);
  grid.rotation.x = shade.rotation.x = -Math.PI / 2;
  shade.position.y = 0.001;

  function paint() {
    grid.material.uniforms.colour.value.set(cssColour("--line")).convertLinearToSRGB();
    shade.material.opacity = Number(cssColour("--shadow"));
    data.people.forEach((person, number) => {
      const name = person.hue === null ? "--path" : colourName(person, "middle");
      paths.children[number].material.color.set(cssColour(name));
    });
  }

  function centreOn(x, z) {
    grid.material.uniforms.centre.value.set(x, -z);
  }

  return { group, paths, paint, centreOn };
}

function makePath(person) {
  const points = [];
  for (let row = 0; person.rootMm && row < person.status.length; row += 1) {
    const [x, , z] = person.rootMm.subarray(3 * row, 3 * row + 3);
    if (Number.isFinite(x)) points.push(new THREE.Vector3(x / 1000, 0.004, z / 1000));
  }
  const material = new THREE.LineBasicMaterial({ transparent: true, opacity: 0.8 });
  return new THREE.Line(new THREE.BufferGeometry().setFromPoints(points), material);
}
