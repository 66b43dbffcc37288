"""Our words for transitions, and ffmpeg's."""

XFADE = {
    "dissolve": "fade", "fade_black": "fadeblack", "fade_white": "fadewhite",
    "fade_grays": "fadegrays",
    "wipe_left": "wipeleft", "wipe_right": "wiperight", "wipe_up": "wipeup",
    "wipe_down": "wipedown",
    "slide_left": "slideleft", "slide_right": "slideright", "slide_up": "slideup",
    "slide_down": "slidedown",
    "smooth_left": "smoothleft", "smooth_right": "smoothright", "smooth_up": "smoothup",
    "smooth_down": "smoothdown",
    "wipe_top_left": "wipetl", "wipe_top_right": "wipetr", "wipe_bottom_left": "wipebl",
    "wipe_bottom_right": "wipebr",
    "circle_open": "circleopen", "circle_close": "circleclose", "circle_crop": "circlecrop",
    "rect_crop": "rectcrop",
    "open_vertical": "vertopen", "close_vertical": "vertclose", "open_horizontal": "horzopen",
    "close_horizontal": "horzclose",
    "diagonal_top_left": "diagtl", "diagonal_top_right": "diagtr",
    "diagonal_bottom_left": "diagbl", "diagonal_bottom_right": "diagbr",
    "slice_left": "hlslice", "slice_right": "hrslice", "slice_up": "vuslice",
    "slice_down": "vdslice",
    "squeeze_horizontal": "squeezeh", "squeeze_vertical": "squeezev",
    "grains": "dissolve", "pixelize": "pixelize", "distance": "distance", "radial": "radial",
    "blur": "hblur", "zoom_in": "zoomin",
}  # fmt: skip
"""Our words for transitions -> those of ffmpeg's xfade, of 5.1 and every later one."""
