// Over the slider, how the chosen person came about: in full where seen, less where joints were guessed, pale where
// filled in, nothing where absent. Of frames that share a pixel the worst is shown.
const [BAR_ABSENT, BAR_FILLED, BAR_GUESSED, BAR_SEEN] = [0, 1, 2, 3];

function makeBar(canvas) {
  const context = canvas.getContext("2d");

  function kindAt(person, frame) {
    const status = statusAt(person, frame);
    if (status === 0) return BAR_ABSENT;
    if (status === 2) return BAR_FILLED;
    return jointStatusAt(person, frame).includes(2) ? BAR_GUESSED : BAR_SEEN;
  }

  function show(person, frames) {
    const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    canvas.width = width;
    canvas.height = 1;
    const colour = cssColour("--accent");
    for (let x = 0; person && x < width; x += 1) {
      const first = Math.floor((x / width) * frames);
      const after = Math.max(first + 1, Math.ceil(((x + 1) / width) * frames));
      let worst = BAR_SEEN;
      for (let frame = first; frame < after && worst > BAR_ABSENT; frame += 1) {
        worst = Math.min(worst, kindAt(person, frame));
      }
      context.globalAlpha = [0, 0.2, 0.45, 0.9][worst];
      context.fillStyle = colour;
      context.fillRect(x, 0, 1, 1);
    }
  }

  return { show };
}
