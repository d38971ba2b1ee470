// The 2D keypoints in image axes, beside the figures.
function makeInset(host, data) {
  const canvas = host.querySelector("canvas");
  const context = canvas.getContext("2d");
  const [width, height] = data.size_px;
  // With a video below it is worth more room.
  const [longest, share] = data.video ? [360, 0.3] : [240, 0.2];
  const scale = Math.min(longest / Math.max(width, height), (share * innerWidth) / width);
  const ratio = devicePixelRatio;
  const thickness = 2.6 / scale;
  canvas.width = Math.round(width * scale * ratio);
  canvas.height = Math.round(height * scale * ratio);
  canvas.style.width = `${canvas.width / ratio}px`;
  canvas.style.height = `${canvas.height / ratio}px`;
  context.scale(scale * ratio, scale * ratio);
  Object.assign(context, { lineCap: "round", textAlign: "center", font: `600 ${12 / scale}px system-ui, sans-serif` });

  function show(frame) {
    context.clearRect(0, 0, width, height);
    for (const person of data.people) {
      if (person.jointsPx && statusAt(person, frame) !== 0) drawPerson(person, frame);
    }
  }

  function drawPerson(person, frame) {
    const pale = statusAt(person, frame) === 2 ? 0.4 : 1;
    const first = (frame - person.first_frame) * person.joints.length;
    const point = (joint) => person.jointsPx.subarray(2 * (first + joint), 2 * (first + joint) + 2);
    const weight = (joint) => (Number.isFinite(point(joint)[0]) ? person.confidence[first + joint] / 255 : 0);
    person.bones.forEach(([a, b], bone) => {
      context.globalAlpha = pale * Math.min(weight(a), weight(b));
      if (context.globalAlpha === 0) return;
      context.strokeStyle = cssColour(colourName(person, person.bone_sides[bone]));
      context.lineWidth = thickness;
      context.beginPath();
      context.moveTo(...point(a));
      context.lineTo(...point(b));
      context.stroke();
    });
    person.joints.forEach((_, joint) => {
      context.globalAlpha = pale * weight(joint);
      if (context.globalAlpha === 0) return;
      context.fillStyle = cssColour(colourName(person, person.joint_sides[joint]));
      context.beginPath();
      context.arc(...point(joint), 0.85 * thickness, 0, 2 * Math.PI);
      context.fill();
    });
    if (data.people.length > 1) drawId(person, person.joints.map((_, joint) => (weight(joint) ? point(joint) : null)));
  }

  function drawId(person, points) {
    const seen = points.filter(Boolean);
    const top = points[person.head ?? -1] ?? seen.sort((a, b) => a[1] - b[1])[0];
    if (!seen.some(([x, y]) => x >= 0 && x < width && y >= 0 && y < height)) return;
    const [room, text] = [2.5 * thickness, 12 / scale];
    const x = Math.max(text / 2, Math.min(width - text / 2, top[0]));
    const y = Math.max(text, Math.min(height, top[1] - room));
    context.globalAlpha = 1;
    context.fillStyle = cssColour("--text");
    context.fillText(person.id, x, y);
  }

  return { show };
}
