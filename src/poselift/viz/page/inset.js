// The 2D keypoints in image axes, beside the figure.
function makeInset(host, clip) {
  const canvas = host.querySelector("canvas");
  const context = canvas.getContext("2d");
  const [width, height] = clip.size_px;
  const scale = Math.min(240 / Math.max(width, height), (0.2 * innerWidth) / width);
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * scale * ratio);
  canvas.height = Math.round(height * scale * ratio);
  canvas.style.width = `${canvas.width / ratio}px`;
  canvas.style.height = `${canvas.height / ratio}px`;
  context.scale(scale * ratio, scale * ratio);
  context.lineCap = "round";
  const thickness = 2.6 / scale;

  function show(frame) {
    context.clearRect(0, 0, width, height);
    if (clip.status[frame] === 0) return;
    const pale = clip.status[frame] === 2 ? 0.4 : 1;
    const first = frame * clip.joints.length;
    const point = (joint) => clip.jointsPx.subarray(2 * (first + joint), 2 * (first + joint) + 2);
    const weight = (joint) => (Number.isFinite(point(joint)[0]) ? clip.confidence[first + joint] / 255 : 0);
    clip.bones.forEach(([a, b], bone) => {
      context.globalAlpha = pale * Math.min(weight(a), weight(b));
      if (context.globalAlpha === 0) return;
      context.strokeStyle = cssColour(`--${clip.bone_sides[bone]}`);
      context.lineWidth = thickness;
      context.beginPath();
      context.moveTo(...point(a));
      context.lineTo(...point(b));
      context.stroke();
    });
    clip.joints.forEach((_, joint) => {
      context.globalAlpha = pale * weight(joint);
      if (context.globalAlpha === 0) return;
      context.fillStyle = cssColour(`--${clip.joint_sides[joint]}`);
      context.beginPath();
      context.arc(...point(joint), 0.85 * thickness, 0, 2 * Math.PI);
      context.fill();
    });
  }

  return { show };
}
