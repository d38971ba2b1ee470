// Time and controls. `frame` is fractional while playing; what is shown is its whole part.
const PLAY_ICON = "M8 5v14l11-7z";
const PAUSE_ICON = "M6 5h4v14H6zM14 5h4v14h-4z";
const element = (id) => document.getElementById(id);

const clip = readClip(element("clip").textContent);
const scene = sceneOrNull(element("scene"), clip);
const inset = clip.jointsPx && clip.size_px ? makeInset(element("inset"), clip) : null;
let [frame, shown, playing, speed, last] = [0, -1, false, 1, undefined];

function noteOf(index) {
  if (clip.status[index] === 0) return "no person";
  if (!element("follow").checked && !Number.isFinite(clip.rootMm[3 * index])) return "position unknown";
  return clip.status[index] === 2 ? "filled" : "";
}

function show() {
  shown = Math.floor(frame);
  element("scrub").value = shown;
  element("label").value = `frame ${shown} / ${clip.frames - 1} · ${(shown / clip.fps).toFixed(2)} s`;
  element("note").textContent = noteOf(shown);
  element("note").hidden = !noteOf(shown);
  scene?.show(shown);
  inset?.show(shown);
}

function setPlaying(value) {
  playing = value;
  element("play").setAttribute("aria-label", playing ? "pause" : "play");
  element("play").querySelector("path").setAttribute("d", playing ? PAUSE_ICON : PLAY_ICON);
}

function goTo(index) {
  setPlaying(false);
  frame = Math.max(0, Math.min(clip.frames - 1, index));
  show();
}

function tick(now) {
  // The browser's first time may be before this page's own clock.
  const elapsed_s = (now - (last ?? now)) / 1000;
  if (playing) frame = (frame + elapsed_s * clip.fps * speed) % clip.frames;
  last = now;
  if (Math.floor(frame) !== shown) show();
  scene?.draw();
  requestAnimationFrame(tick);
}

function setFollow(follow) {
  scene?.setFollow(follow);
  show();
}

function setSpeed(button) {
  speed = Number(button.dataset.speed);
  for (const other of element("speeds").children) other.setAttribute("aria-pressed", other === button);
}

element("play").addEventListener("click", () => setPlaying(!playing));
element("scrub").addEventListener("input", (event) => goTo(Number(event.target.value)));
element("follow").addEventListener("change", (event) => setFollow(event.target.checked));
for (const button of element("speeds").children) button.addEventListener("click", () => setSpeed(button));
for (const button of element("views").children) {
  button.addEventListener("click", () => scene?.look(button.dataset.view));
}
// A button pressed with the mouse lets go of the keyboard, so that space plays again.
document.addEventListener("click", (event) => event.detail > 0 && document.activeElement?.blur());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (event.key === " " && !event.target.closest("button, .switch")) setPlaying(!playing);
  else if (event.key in steps) goTo(shown + steps[event.key]);
  else return;
  event.preventDefault();
});

element("scrub").max = clip.frames - 1;
element("inset").hidden = !inset;
element("no-webgl").hidden = Boolean(scene);
if (!clip.rootMm) {
  element("follow").disabled = true;
  element("follow").parentElement.title = "the path of the root is not known";
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
setPlaying(!matchMedia("(prefers-reduced-motion: reduce)").matches);
show();
requestAnimationFrame(tick);
