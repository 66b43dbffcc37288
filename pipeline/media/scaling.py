"""A filter graph that scales the frames of one layout into pixels of another."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame


def scaling_graph(frame: VideoFrame, scale: str, layout: str) -> Graph:
    """A graph for frames like ``frame``: ``scale`` is ffmpeg's filter, ``layout`` its pixels."""
    from av.filter import Graph

    graph = Graph()
    nodes = (
        graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base or Fraction(1, 1000),
        ),
        graph.add("scale", scale),
        graph.add("format", layout),
        graph.add("buffersink"),
    )
    graph.link_nodes(*nodes).configure()
    return graph
