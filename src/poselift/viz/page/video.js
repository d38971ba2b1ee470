// The source video behind the 2D keypoints, in step with the figures.
const DRIFT_S = 0.12;

function makeVideo(host, data) {
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, preload: "auto", src: data.video });
  video.setAttribute("aria-label", "source video");
  video.addEventListener("error", () => host.classList.remove("filmed"));
  host.classList.add("filmed");
  host.prepend(video);

  // Half a frame later than a frame begins, so that rounding shows no other.
  function follow(time_s, playing, speed) {
    if (video.readyState === 0 || video.error) return;
    const wanted = time_s - data.time_s[0] + (playing ? 0 : 0.5 / data.fps);
    video.playbackRate = speed;
    if (playing && video.paused) video.play().catch(() => {});
    if (!playing && !video.paused) video.pause();
    if (Math.abs(video.currentTime - wanted) > (playing ? DRIFT_S : 1e-3) && !video.seeking) {
      video.currentTime = Math.min(wanted, video.duration);
    }
  }

  return { follow };
}
