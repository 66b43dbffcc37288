"""placeholder"""
from __future__ import annotations
from PIL import Image
from pipeline.makers.animatic.stage import Stage, whole
def imagined(order, window, poses, gains):
    g = Image.linear_gradient("L").resize((640, 360))
    return whole(Image.merge("RGB", (g, g, g)), window, poses, "")
