"""The viewer in a real browser. WebGL runs in software, so no GPU is needed."""

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from poselift.angles.joint_angles import joint_angles
from poselift.data.clip import Clip
from poselift.data.joint_status import GUESSED
from poselift.data.scene import Scene
from poselift.skeleton import Skeleton
from poselift.viz.colours import PERSON_RGB
from poselift.viz.stage import Stage
from poselift.viz.viewer import write_viewer

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
QUIET = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()
SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
BOX = {"x": 300, "y": 60, "width": 480, "height": 520}


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=CHROMIUM, args=QUIET + SOFTWARE_GL)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, tmp_path):
    """Open a clip's page; what it complains about and asks the network for is collected in `page.complaints`.

    `before` is a script that runs before the page's own.
    """
    pages = []

    def opened(clip, *, browser=chromium, title="", scheme="dark", motion="reduce", before="", **options):
        path = tmp_path / f"viewer{len(pages)}.html"
        write_viewer(clip, path, title=title, **options)
        page = browser.new_page(viewport={"width": 1100, "height": 720}, color_scheme=scheme, reduced_motion=motion)
        page.add_init_script(before)
        page.complaints = []
        page.on("request", lambda request: page.complaints.append(request.url))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.goto(path.as_uri())
        assert page.complaints.pop(0) == path.as_uri()
        pages.append(page)
        return page

    yield opened
    for page in pages:
        assert page.complaints == []
        page.close()


def _label(page) -> str:
    return page.locator("#label").text_content()


def _frame(page) -> int:
    return int(page.locator("#scrub").input_value())


def _wait_until(page, condition: Callable[[], bool]) -> None:
    # Not page.wait_for_function: it needs eval, which the page forbids.
    for _ in range(200):
        if condition():
            return
        page.wait_for_timeout(25)
    pytest.fail("waited 5 s for nothing")


def _note(page) -> str:
    return page.locator("#note").text_content()


def _picture(page) -> np.ndarray:
    """The middle of the scene, RGB, after the camera has come to rest."""
    page.wait_for_timeout(700)
    png = page.screenshot(clip=BOX)
    with av.open(io.BytesIO(png)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)


def _orange(image: np.ndarray) -> np.ndarray:
    return np.argwhere(image[..., 0] - image[..., 2] > 70)


def _blue(image: np.ndarray) -> np.ndarray:
    return np.argwhere(image[..., 2] - image[..., 0] > 70)


def test_the_figure_stands_there_right_way_round(open_page, walk):
    for scheme in ("dark", "light"):
        image = _picture(open_page(walk(40, heading_deg=20), scheme=scheme))
        orange, blue = _orange(image), _blue(image)
        assert min(len(orange), len(blue)) > 1000
        assert orange[:, 1].mean() < blue[:, 1].mean(), "who comes towards us has the right side on our left"
        assert np.ptp(np.concatenate([orange, blue])[:, 0]) > 250


def test_joints_that_nobody_saw_are_pale_and_thin_and_the_legend_says_so(open_page, walk):
    clip = walk(2, heading_deg=20)
    status = np.zeros((2, len(clip.skeleton)), dtype=np.uint8)
    status[1] = GUESSED
    page = open_page(clip.replaced(joint_status=status))
    assert "thin: guessed" in page.locator("#legend").text_content()
    seen = _picture(page)
    page.keyboard.press("ArrowRight")
    guessed = _picture(page)
    assert len(_orange(guessed)) < 0.3 * len(_orange(seen))
    page.keyboard.press("ArrowLeft")
    assert len(_orange(_picture(page))) > 0.9 * len(_orange(seen))
    assert "thin" not in open_page(clip).locator("#legend").text_content()


def test_play_scrub_and_keys_move_through_time(open_page, walk):
    page = open_page(walk(100))
    assert _label(page) == "frame 0 / 99 · 0.00 s"
    page.locator("#scrub").fill("30")
    assert _label(page) == "frame 30 / 99 · 0.60 s"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert _label(page) == "frame 31 / 99 · 0.62 s"
    page.keyboard.press("Space")
    _wait_until(page, lambda: _frame(page) > 40)
    page.keyboard.press("Space")
    page.wait_for_timeout(100)
    stopped = _label(page)
    page.wait_for_timeout(200)
    assert _label(page) == stopped
    page.click("#play")
    _wait_until(page, lambda: _label(page) != stopped)
    assert page.locator("#play").get_attribute("aria-label") == "pause"


def test_it_plays_by_itself_unless_motion_is_unwanted(open_page, walk):
    page = open_page(walk(1000), motion="no-preference")
    _wait_until(page, lambda: _frame(page) > 5)
    assert page.locator("#play").get_attribute("aria-label") == "pause"
    still = open_page(walk(1000), motion="reduce")
    assert still.locator("#play").get_attribute("aria-label") == "play"
    assert _frame(still) == 0


def test_it_begins_with_the_first_frame_though_the_browsers_time_is_behind(open_page, walk):
    late = """const ask = window.requestAnimationFrame.bind(window);
        const stopped = performance.now() - 1000;
        window.requestAnimationFrame = (draw) => ask(() => draw(stopped));"""
    page = open_page(walk(), motion="no-preference", before=late)
    _wait_until(page, lambda: _label(page))
    assert _label(page).startswith("frame 0 /")


def test_speed_changes_the_pace(open_page, walk):
    page = open_page(walk(2000))
    pace = {}
    for speed in ("1", "0.25"):
        page.click(f"[data-speed='{speed}']")
        page.keyboard.press("Space")
        pace[speed] = page.evaluate(
            """() => new Promise((done) => {
                const [began, first] = [performance.now(), Number(document.getElementById("scrub").value)];
                setTimeout(() => done((Number(document.getElementById("scrub").value) - first)
                    / (performance.now() - began) * 1000), 800);
            })"""
        )
        page.keyboard.press("Space")
    assert pace["1"] == pytest.approx(50, rel=0.3)
    assert pace["0.25"] == pytest.approx(12.5, rel=0.4)


def test_mouse_and_presets_turn_the_view(open_page, walk):
    page = open_page(walk(40))
    start = _picture(page)
    page.mouse.move(550, 500)
    page.mouse.down()
    page.mouse.move(750, 470, steps=5)
    page.mouse.up()
    pictures = [start, _picture(page)]
    for view in ("front", "side", "top"):
        page.click(f"[data-view={view}]")
        pictures.append(_picture(page))
    for n, one in enumerate(pictures):
        for other in pictures[:n]:
            assert (np.abs(one - other).max(axis=-1) > 60).mean() > 0.01


def test_following_keeps_the_figure_in_place_and_the_path_does_not(open_page, walk):
    page = open_page(walk(100, heading_deg=90))
    page.click("[data-view=front]")

    def travel() -> float:
        columns = []
        for frame in ("0", "99"):
            page.locator("#scrub").fill(frame)
            columns.append(_orange(_picture(page))[:, 1].mean())
        return abs(columns[1] - columns[0])

    following = travel()
    page.locator(".switch").click()
    page.click("[data-view=front]")
    assert following < 60
    assert travel() > 150


def test_absent_frames_are_empty_and_filled_ones_paler_and_both_say_so(open_page, walk):
    still = walk(1)
    clip = walk(
        3,
        valid=np.array([True, False, True]),
        filled=np.array([False, False, True]),
        joints_root_mm=np.repeat(still.joints_root_mm, 3, axis=0),
    )
    page = open_page(clip)
    seen = _picture(page)
    assert page.locator("#note").is_hidden()
    page.locator("#scrub").fill("1")
    assert _note(page) == "no person"
    assert len(_orange(_picture(page))) == 0
    page.locator("#scrub").fill("2")
    assert _note(page) == "filled"
    pale = _picture(page)
    assert len(_orange(pale)) < 0.6 * len(_orange(seen))
    assert (np.abs(pale - seen).max(axis=-1) > 40).sum() > 1000


def test_the_inset_shows_the_keypoints_in_image_axes(open_page, walk):
    clip = walk(20)
    page = open_page(clip)
    box = page.locator("#inset canvas").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(540 / 960, abs=0.01)
    found = page.evaluate(
        """() => {
            const canvas = document.querySelector("#inset canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const rows = [];
            for (let i = 3; i < data.length; i += 4) if (data[i]) rows.push(Math.floor(i / 4 / canvas.width));
            return [rows[0] / canvas.height, rows.at(-1) / canvas.height];
        }"""
    )
    y = clip.joints_px[0, :, 1] / 960
    assert found == pytest.approx([y.min(), y.max()], abs=0.02)


def test_3d_alone_has_no_inset_and_an_unknown_path_no_switch(open_page, walk):
    page = open_page(walk(5, joints_px=None, confidence=None, root_cam_mm=None))
    assert page.locator("#inset").is_hidden()
    assert page.locator("#follow").is_disabled()
    assert len(_orange(_picture(page))) > 1000


def test_text_is_only_text(open_page, walk):
    title = "</script><script>window.broken = true</script><b>{{data}}"
    page = open_page(walk(2, source=title + "!"), title=title)
    assert page.title() == title
    assert page.locator("h1").text_content() == title
    assert page.evaluate("window.broken") is None


def test_without_webgl_it_says_so_and_plays_the_keypoints(chromium, open_page, walk):
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*QUIET, "--disable-3d-apis"])
    page = open_page(walk(50), browser=browser)
    assert "no WebGL" in page.locator("#no-webgl").text_content()
    assert page.locator("#no-webgl").is_visible()
    page.keyboard.press("Space")
    _wait_until(page, lambda: _frame(page) > 3)
    assert page.complaints == []
    browser.close()


def _tags(page) -> dict[str, dict]:
    """The boxes of the ids that can be seen in the 3D scene."""
    return {tag.text_content(): tag.bounding_box() for tag in page.locator(".tag").all() if tag.is_visible()}


def _near(image: np.ndarray, rgb: tuple[int, int, int]) -> np.ndarray:
    """Pixels of about the hue of `rgb`, whatever the light on them."""
    scaled = image / np.maximum(image.max(axis=-1, keepdims=True), 1)
    far = np.abs(scaled - np.array(rgb) / max(rgb)).max(axis=-1)
    return np.argwhere((far < 0.12) & (image.max(axis=-1) > 60))


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_everybody_has_a_hue_and_an_id_above_the_head(open_page, pair, scheme):
    page = open_page(pair(first=20), scheme=scheme)
    page.locator("#scrub").fill("30")
    image = _picture(page)
    gold, violet = (_near(image, PERSON_RGB[hue]["middle"]) for hue in (0, 1))
    assert min(len(gold), len(violet)) > 300
    assert violet[:, 1].mean() < gold[:, 1].mean() - 60, "7 walks on the left of 1"
    tags = _tags(page)
    assert tags.keys() == {"1", "7"}
    for name, pixels in (("1", gold), ("7", violet)):
        top, centre = tags[name]["y"] + tags[name]["height"] / 2, tags[name]["x"] + tags[name]["width"] / 2
        assert centre == pytest.approx(BOX["x"] + pixels[:, 1].mean(), abs=60)
        assert top < BOX["y"] + np.percentile(pixels[:, 0], 10)
    page.locator("#scrub").fill("10")
    assert len(_near(_picture(page), PERSON_RGB[1]["middle"])) < 30
    assert _tags(page).keys() == {"1"}


def test_one_person_has_no_ids(open_page, walk):
    page = open_page(walk(5))
    assert _tags(page) == {}
    assert page.locator("#legend").text_content() == "leftright"


def test_the_legend_names_everybody_and_chooses_who_is_followed(open_page, pair):
    page = open_page(pair(100, first=20))
    legend = page.locator("#legend")
    assert legend.locator("button").all_text_contents() == ["1", "7"]
    assert "left lighter, right darker" in legend.text_content()
    assert legend.locator("[aria-pressed=true]").text_content() == "1"
    assert page.locator("#whom").text_content() == "Follow 1"

    def travel(name: str) -> float:
        places = []
        for frame in ("30", "90"):
            page.locator("#scrub").fill(frame)
            _picture(page)
            box = _tags(page)[name]
            places.append(np.array([box["x"], box["y"]]))
        return float(np.linalg.norm(places[1] - places[0]))

    page.click("[data-view=side]")
    assert travel("1") < 20 < travel("7")
    page.click("[data-view=front]")
    assert travel("1") < 20
    legend.locator("button", has_text="7").click()
    assert page.locator("#whom").text_content() == "Follow 7"
    assert travel("7") < 20
    page.click("[data-view=side]")
    assert travel("7") < 20 < travel("1")


def test_paths_have_the_hues_of_the_people(open_page, pair):
    page = open_page(pair(100, first=20))
    page.locator("#scrub").fill("10")
    assert len(_near(_picture(page), PERSON_RGB[1]["middle"])) < 5
    page.locator(".switch").click()
    assert len(_near(_picture(page), PERSON_RGB[1]["middle"])) > 20


def test_notes_name_the_people_they_are_about(open_page, pair):
    root = pair().tracks[1].clip.root_cam_mm.copy()
    root[40] = np.nan
    page = open_page(pair(filled=np.arange(60) == 30, root_cam_mm=root))
    page.locator("#scrub").fill("30")
    assert _note(page) == "filled: 7"
    page.locator("#scrub").fill("40")
    assert _note(page) == ""
    page.locator(".switch").click()
    assert _note(page) == "position unknown: 7"


def test_everybody_is_in_the_inset(open_page, pair):
    page = open_page(pair(first=20))
    painted = """() => {
        const canvas = document.querySelector("#inset canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((_, i) => i % 4 === 3).reduce((sum, alpha) => sum + (alpha > 0), 0);
    }"""
    alone = page.evaluate(painted)
    page.locator("#scrub").fill("30")
    assert page.evaluate(painted) > 1.6 * alone > 0


def test_frames_are_shown_at_their_own_times(open_page, pair):
    time_s = np.concatenate([[5.0, 5.02, 7.0], 7.0 + np.arange(1, 60) / 50])
    page = open_page(pair(len(time_s), time_s=time_s))
    labels = []
    for frame in (0, 1, 2, 61):
        page.locator("#scrub").fill(str(frame))
        labels.append(_label(page))
    assert labels == [f"frame {n} / 61 · {t} s" for n, t in ((0, "5.00"), (1, "5.02"), (2, "7.00"), (61, "8.18"))]
    page.locator("#scrub").fill("1")
    page.keyboard.press("Space")
    page.wait_for_timeout(700)
    assert _frame(page) == 1, "the next frame was taken 2 s later"
    _wait_until(page, lambda: _frame(page) > 5)


def test_a_scene_of_nobody_plays_and_says_so(open_page, pair):
    page = open_page(pair().replaced(tracks=()))
    assert _note(page) == "no person"
    page.keyboard.press("Space")
    _wait_until(page, lambda: _frame(page) > 3)
    page.click("[data-view=top]")
    assert page.locator("#legend").is_hidden()
    assert page.locator("#follow").is_disabled()


def test_angles_are_shown_when_asked_and_move_along(open_page, walk):
    clip = walk(50)
    page = open_page(clip)
    assert page.locator("#angles").is_hidden()
    page.click("#angles-shown")
    assert page.locator("#angles").is_visible()
    charts = page.locator("#angles figure")
    assert charts.first.locator("span").text_content() == "knee flexion"
    expected = joint_angles(clip)
    page.locator("#scrub").fill("30")
    sides = [f"{side[0]} {expected[f'{side}_knee_flexion'][30]:.0f}°" for side in ("right", "left")]
    assert charts.first.locator("output").text_content().split("  ") == sides
    assert "degrees" in charts.first.locator("canvas").get_attribute("aria-label")
    page.keyboard.press("a")
    assert page.locator("#angles").is_hidden()


def test_a_body_without_angles_offers_none(open_page, walk):
    clip = walk(2)
    joints = ("root", "a", "b")
    stick = Skeleton("stick", joints, (("root", "a"), ("a", "b")), root=("root",), left=(), right=())
    kept = {name: getattr(clip, name)[:, :3] for name in ("joints_px", "confidence", "joints_root_mm")}
    page = open_page(Clip(stick, 50, **kept))
    assert page.locator("#angles-shown").is_hidden()


def test_the_bar_says_where_somebody_was_seen(open_page, walk):
    valid, filled = np.arange(40) >= 10, np.arange(40) >= 30
    page = open_page(walk(40, valid=valid, filled=filled))
    page.wait_for_timeout(200)
    opacity = page.evaluate(
        """() => { const bar = document.getElementById("bar");
        const pixels = bar.getContext("2d").getImageData(0, 0, bar.width, 1).data;
        return [0.1, 0.5, 0.9].map((share) => pixels[4 * Math.round(share * bar.width) + 3]); }"""
    )
    assert opacity[0] == 0
    assert opacity[1] > opacity[2] > 0


def test_joints_are_saved_as_a_table(open_page, walk):
    clip = walk(3, valid=np.array([True, False, True]))
    page = open_page(clip)
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == "joints.csv"
    rows = list(csv.DictReader(download.value.path().read_text("utf-8").splitlines()))
    page.complaints.clear()  # the download is a request to a blob of the page's own
    assert [row["joint"] for row in rows] == [*clip.skeleton.joints] * 2
    assert {row["frame"] for row in rows} == {"0", "2"}
    (actor,) = Stage.of(Scene.of(clip)).actors
    places = actor.joints_root_stage_mm + actor.root_stage_mm[:, None] * [1, 0, 1]
    places[..., 1] += actor.root_height_mm[:, None]
    found = np.array([[float(row[name]) for name in ("x_right_mm", "z_to_camera_mm")] for row in rows])
    np.testing.assert_allclose(found, places[[0, 2]].reshape(-1, 3)[:, [0, 2]], atol=0.3)
    heights = np.array([float(row["y_up_mm"]) for row in rows])
    assert heights.min() > -100
    assert np.ptp(heights) > 1200


@pytest.mark.parametrize("embed", [False, True])
def test_the_video_plays_in_step(open_page, walk, tmp_path, embed):
    video = tmp_path / "a walk.mp4"
    video.write_bytes((Path(__file__).parents[2] / "examples" / "balance.mp4").read_bytes())
    page = open_page(walk(60), video=video, embed=embed)

    def shown_s() -> float:
        return page.evaluate("document.querySelector('video').currentTime")

    page.locator("#scrub").fill("30")
    _wait_until(page, lambda: abs(shown_s() - 0.61) < 0.01)
    page.click("#play")
    _wait_until(page, lambda: _frame(page) > 40)
    assert not page.evaluate("document.querySelector('video').paused")
    page.click("#play")
    _wait_until(page, lambda: abs(shown_s() - (_frame(page) + 0.5) / 50) < 0.03)
    # It asked for its own video and nothing else.
    assert set(page.complaints) == (set() if embed else {video.as_uri()})
    page.complaints.clear()


def test_a_video_that_cannot_be_played_leaves_the_keypoints(open_page, walk, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no video")
    page = open_page(walk(3), video=tmp_path / "a.mp4")
    _wait_until(page, lambda: page.locator("#inset.filmed").count() == 0)
    assert page.locator("#inset video").is_hidden()
    assert page.locator("#inset canvas").is_visible()
    page.complaints.clear()
