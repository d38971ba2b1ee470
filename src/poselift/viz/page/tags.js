// The id of each person above the head, where there are several.
const ABOVE_M = 0.11;

function headOf(person, joints) {
  const named = person.head === null ? null : joints[person.head];
  return named ?? joints.filter(Boolean).sort((a, b) => b[1] - a[1])[0];
}

function makeTags(host, people) {
  const tags = people.length < 2 ? [] : people.map((person) => makeTag(host, person));
  let anchors = [];

  // `figures` holds the joints of everybody, in the order of the people.
  function show(figures) {
    anchors = tags.map((_, number) => headOf(people[number], figures[number]));
  }

  function draw(camera) {
    tags.forEach((tag, number) => {
      const at = anchors[number] && new THREE.Vector3(...anchors[number]);
      if (at) at.setY(at.y + ABOVE_M).project(camera);
      tag.hidden = !at || Math.abs(at.z) > 1;
      if (tag.hidden) return;
      const [x, y] = [(at.x + 1) * host.clientWidth, (1 - at.y) * host.clientHeight];
      tag.style.transform = `translate(${x / 2}px, ${y / 2}px) translate(-50%, -100%)`;
    });
  }

  return { show, draw };
}

function makeTag(host, person) {
  const tag = document.createElement("span");
  tag.className = "tag";
  tag.textContent = person.id;
  tag.style.setProperty("--person", `var(${colourName(person, "middle")})`);
  host.append(tag);
  return tag;
}
