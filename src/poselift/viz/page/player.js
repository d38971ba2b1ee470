// Time and controls. `time_s` runs while playing; shown is the last frame that was taken by then.
const PLAY_ICON = "M8 5v14l11-7z";
const PAUSE_ICON = "M6 5h4v14H6zM14 5h4v14h-4z";
const element = (id) => document.getElementById(id);

const data = readData(element("data").textContent);
const end_s = data.time_s.at(-1) + 1 / data.fps;
const scene = sceneOrNull(element("scene"), data);
const inset = data.size_px && data.people.some((person) => person.jointsPx) ? makeInset(element("inset"), data) : null;
const video = inset && data.video ? makeVideo(element("inset"), data) : null;
const bar = makeBar(element("bar"));
const angles = makeAngles(element("angles"), data);
const legend = makeLegend(element("legend"), data, choose);
let [time_s, shown, playing, speed, last] = [data.time_s[0], -1, false, 1, undefined];
let chosen = data.people[data.main] ?? null;

const followed = () => (element("follow").checked ? chosen : null);

function frameAt(time) {
  let [first, after] = [0, data.frames];
  while (after - first > 1) {
    const middle = (first + after) >> 1;
    if (data.time_s[middle] <= time) first = middle;
    else after = middle;
  }
  return first;
}

// What is said of the people of one frame; of several, by their ids.
function noteOf(frame) {
  const there = data.people.filter((person) => statusAt(person, frame) !== 0);
  if (there.length === 0) return "no person";
  const lost = there.filter((person) => !element("follow").checked && !rootKnown(person, frame));
  const filled = there.filter((person) => !lost.includes(person) && statusAt(person, frame) === 2);
  return [["position unknown", lost], ["filled", filled]]
    .filter(([, ones]) => ones.length > 0)
    .map(([what, ones]) => (data.people.length > 1 ? `${what}: ${ones.map((one) => one.id).join(", ")}` : what))
    .join(" · ");
}

function show() {
  shown = frameAt(time_s);
  element("scrub").value = shown;
  element("label").value = `frame ${shown} / ${data.frames - 1} · ${(data.time_s[shown] ?? 0).toFixed(2)} s`;
  element("note").textContent = noteOf(shown);
  element("note").hidden = !noteOf(shown);
  scene?.show(shown, chosen, followed());
  inset?.show(shown);
  angles.show(shown);
}

function setPlaying(value) {
  playing = value;
  element("play").setAttribute("aria-label", playing ? "pause" : "play");
  element("play").querySelector("path").setAttribute("d", playing ? PAUSE_ICON : PLAY_ICON);
}

function goTo(index) {
  setPlaying(false);
  time_s = data.time_s[Math.max(0, Math.min(data.frames - 1, index))];
  show();
}

function tick(now) {
  // The browser's first time may be before this page's own clock.
  const elapsed_s = (now - (last ?? now)) / 1000;
  if (playing) time_s += elapsed_s * speed;
  if (time_s >= end_s) time_s = data.time_s[0] + ((time_s - end_s) % (end_s - data.time_s[0]));
  last = now;
  if (frameAt(time_s) !== shown) show();
  video?.follow(time_s, playing, speed);
  scene?.draw();
  requestAnimationFrame(tick);
}

function setFollow() {
  scene?.follow(followed());
  show();
}

function choose(person) {
  chosen = person;
  legend.show(chosen);
  bar.show(chosen, data.frames);
  angles.choose(chosen);
  element("whom").textContent = data.people.length > 1 ? `Follow ${chosen.id}` : "Follow root";
  show();
}

function setAngles(shown) {
  element("angles").hidden = !shown;
  element("angles-shown").setAttribute("aria-pressed", shown);
}

function paint() {
  bar.show(chosen, data.frames);
  angles.paint();
  show();
}

function setSpeed(button) {
  speed = Number(button.dataset.speed);
  for (const other of element("speeds").children) other.setAttribute("aria-pressed", other === button);
}

element("play").addEventListener("click", () => setPlaying(!playing));
element("scrub").addEventListener("input", (event) => goTo(Number(event.target.value)));
element("angles-shown").addEventListener("click", () => setAngles(element("angles").hidden));
element("save").addEventListener("click", () => saveTable(data, "joints.csv"));
element("follow").addEventListener("change", setFollow);
for (const button of element("speeds").children) button.addEventListener("click", () => setSpeed(button));
for (const button of element("views").children) {
  button.addEventListener("click", () => scene?.look(button.dataset.view, followed()));
}
// A button pressed with the mouse lets go of the keyboard, so that space plays again.
document.addEventListener("click", (event) => event.detail > 0 && document.activeElement?.blur());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (event.key === " " && !event.target.closest("button, .switch")) setPlaying(!playing);
  else if (event.key === "a" && !element("angles-shown").hidden) setAngles(element("angles").hidden);
  else if (event.key in steps) goTo(shown + steps[event.key]);
  else return;
  event.preventDefault();
});

element("scrub").max = data.frames - 1;
element("inset").hidden = !inset;
element("no-webgl").hidden = Boolean(scene);
if (!data.people.some((person) => person.rootMm)) {
  element("follow").disabled = true;
  element("follow").parentElement.title = "the path of the root is not known";
}
element("angles-shown").hidden = !data.people.some((person) => person.angles);
element("save").hidden = data.people.length === 0;
new ResizeObserver(() => bar.show(chosen, data.frames)).observe(element("bar"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
setPlaying(!matchMedia("(prefers-reduced-motion: reduce)").matches);
if (chosen) choose(chosen);
else show();
requestAnimationFrame(tick);
