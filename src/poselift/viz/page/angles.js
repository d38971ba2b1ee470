// Joint angles of the chosen person over time, right and left in one chart each.
const CHARTS = [
  ...["knee_flexion", "hip_flexion", "hip_abduction", "ankle_dorsiflexion"],
  ...["elbow_flexion", "shoulder_elevation", "trunk_flexion"],
];
const [CHART_WIDTH, CHART_HEIGHT] = [220, 52];

function makeAngles(host, data) {
  let [charts, person] = [[], null];

  // The rows of one angle over all frames, NaN where it is not known.
  function valuesOf(name) {
    const column = person.angles.names.indexOf(name);
    if (column < 0) return null;
    const width = person.angles.names.length;
    return Float32Array.from({ length: data.frames }, (_, frame) => {
      const row = frame - person.first_frame;
      return statusAt(person, frame) === 0 ? NaN : person.angles.values[row * width + column];
    });
  }

  function linesOf(name) {
    const sides = ["right", "left"].map((side) => [side, valuesOf(`${side}_${name}`)]);
    return [...sides, ["middle", valuesOf(name)]].filter(([, values]) => values?.some(Number.isFinite));
  }

  function makeChart(name, lines) {
    const [figure, caption, words] = ["figure", "figcaption", "span"].map((tag) => document.createElement(tag));
    const [canvas, cursor, said] = ["canvas", "i", "output"].map((tag) => document.createElement(tag));
    words.textContent = name.replaceAll("_", " ");
    caption.append(words, said);
    canvas.width = CHART_WIDTH * devicePixelRatio;
    canvas.height = CHART_HEIGHT * devicePixelRatio;
    const known = lines.flatMap(([, values]) => [...values].filter(Number.isFinite));
    const [low, high] = known.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${words.textContent}, ${low.toFixed(0)} to ${high.toFixed(0)} degrees`);
    figure.append(caption, canvas, cursor);
    host.append(figure);
    return { lines, canvas, cursor, said, low, room: Math.max(high - low, 10) };
  }

  function paint({ lines, canvas, low, room }) {
    const context = canvas.getContext("2d");
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, CHART_WIDTH, CHART_HEIGHT);
    context.lineWidth = 1.6;
    for (const [side, values] of lines) {
      context.strokeStyle = cssColour(`--${side}`);
      context.beginPath();
      values.forEach((value, frame) => {
        const [x, y] = [xOf(frame), 3 + (CHART_HEIGHT - 6) * (1 - (value - low) / room)];
        if (!Number.isFinite(value)) return;
        if (frame > 0 && Number.isFinite(values[frame - 1])) context.lineTo(x, y);
        else context.moveTo(x, y);
      });
      context.stroke();
    }
  }

  const xOf = (frame) => (CHART_WIDTH * frame) / Math.max(1, data.frames - 1);

  function choose(chosen) {
    person = chosen;
    host.replaceChildren();
    charts = [];
    if (!person?.angles) return;
    for (const name of CHARTS) {
      const lines = linesOf(name);
      if (lines.length > 0) charts.push(makeChart(name, lines));
    }
    charts.forEach(paint);
  }

  function show(frame) {
    for (const { lines, cursor, said } of charts) {
      cursor.style.left = `${xOf(frame)}px`;
      const now = lines.filter(([, values]) => Number.isFinite(values[frame]));
      said.value = now
        .map(([side, values]) => `${side === "middle" ? "" : `${side[0]} `}${values[frame].toFixed(0)}°`)
        .join("  ");
    }
  }

  return { choose, show, paint: () => charts.forEach(paint) };
}
