"""Graphs against our shapes."""

from pyshacl import validate
from rdflib import Graph

from schemas.shapes import shape_text

BASE = "http://shapes.test/"


def shapes(*names: str) -> Graph:
    """Return the shapes of some files as one graph."""
    graph = Graph()
    for name in names:
        graph.parse(data=shape_text(name), format="turtle", publicID=f"{BASE}{name}")
    return graph


def complaints(graph: Graph, *names: str) -> str:
    """Return what is wrong with a graph by some shapes, empty when nothing is."""
    conforms, _, text = validate(graph, shacl_graph=shapes(*names), advanced=False)
    return "" if conforms else str(text)
