from poselift.tracking.doubts import Doubts


def test_frames_close_together_are_one_doubt_and_nobody_is_none():
    doubts = Doubts()
    assert doubts.notes() == ()
    for frame in (40, 41, 50):
        doubts.add(3, 1, frame, frame)
    doubts.add(1, 3, 90, 95)
    doubts.add(1, None, 5, 5)
    doubts.add(2, 2, 5, 5)
    assert doubts.notes() == (
        "ids of people 1 and 3 are uncertain in frames 40 to 50",
        "ids of people 1 and 3 are uncertain in frames 90 to 95",
    )


def test_many_doubts_are_told_as_one():
    doubts = Doubts()
    for n in range(6):
        doubts.add(n, n + 1, 100 * n, 100 * n + 3)
    assert doubts.notes() == (
        "ids of people 0, 1, 2, 3, 4, 5 and 6 are uncertain in 6 places between frames 0 and 503",
    )
