"""The worked examples by their letters: what each is called, what to look for in it, and where its file lies."""

from __future__ import annotations

from pathlib import Path

from app.i18n import N_
from app.paths import asset

FOLDER, SUFFIX = "examples", ".convscope"

TITLES = {
    "A1": N_("A1 Smoothing is a weighted sum"),
    "A2": N_("A2 Four low-pass kernels, one picture"),
    "A4": N_("A4 A curve detector"),
    "B1": N_("B1 A sum that slides in time"),
    "B2": N_("B2 A kernel finds its own shape"),
    "C1": N_("C1 A line detector"),
    "C2": N_("C2 A head out of lines"),
    "C3": N_("C3 A person out of parts"),
    "D1": N_("D1 Stride, padding and what is dropped"),
    "D2": N_("D2 As deep as the input, as many as the kernels"),
    "D3": N_("D3 One cell, three channels and a bias"),
    "E3": N_("E3 Pooling forgives a small shift"),
    "E4": N_("E4 ReLU before or after pooling"),
}
FIRST = {  # what is looked at first: (layer, index)
    "A1": ("conv1", (0, 0, 1)),
    "A2": ("gauss9", (0, 24, 24)),
    "A4": ("conv1", (0, 2, 2)),
    "B1": ("conv1", (0, 0)),
    "B2": ("keepmax1", (1, 3)),
    "C1": ("conv1", (0, 2, 3)),
    "C2": ("conv2", (0, 0, 3)),
    "C3": ("dense1", (0,)),
    "D1": ("stride_3", (0, 1, 1)),
    "D2": ("filters_12", (0, 0, 0)),
    "D3": ("conv1", (0, 1, 1)),
    "E3": ("overlapping", (1, 0, 1)),
    "E4": ("both", (1, 0, 0)),
}
HINTS = {  # {first} is a link to it
    "A1": N_("Click {first}: nine numbers that sum to **25**, each times 1/9, make their mean **2.78**. Then change "
             "one of them."),
    "A2": N_("A larger kernel blurs more. Click {first} and move **σ**: near 1 it is **gauss5**, the bell in whole "
             "numbers over 273."),
    "A4": N_("Click {first}: on the curve 4 × 30·50 and 30·20 meet, **6600**; on the other shape nothing does, **0**. "
             "In a whole drawing the map peaks where the curve is."),
    "B1": N_("Click {first} and step on: **2, 3, 2, 1**. The first and the last see a zero of the padding."),
    "B2": N_("Each kernel is highest where the input looks like it. Click {first}, a kept maximum, and go back to the "
             "cells that it came from."),
    "C1": N_("Click {first}: only a whole lying line gives **3**, once in each of three places. Its **1 1 1** is the "
             "middle of the window."),
    "C2": N_("Click {first}: **conv2** looks at the two maps of lines, not at the picture. It is **10** in one place: "
             "the head is found once."),
    "C3": N_("Click {first}: head, arms and legs are **8** each, less 20. Every part everywhere: only the penalty, "
             "weights below 0, refuses that."),
    "D1": N_("A window of 3 on 7 cells: stride 1 gives **5**, stride 2 **3**. Stride 3 does not fit: click {first} and "
             "see what is dropped."),
    "D2": N_("Click {first}: a kernel is as deep as the input, 3, and twelve make **12** maps. Padding 2 makes 36×36, "
             "of which 5×5 leaves **32×32**; without it **28×28**."),
    "D3": N_("Click {first}: the channels give **2**, **−3** and **−3**, the bias **1**: together **−3**."),
    "E3": N_("The second map is the first, moved by one cell. Click {first}: few numbers of the input stay, but most "
             "of a pooled map."),
    "E4": N_("Click {first}: ReLU before pooling, or after it? The two maps of **both** are the same, by a quarter of "
             "the work for ReLU."),
}


def find(name: str) -> Path | None:
    """The file of the example with these letters, in any case, with or without the ending; None: there is none."""
    letters = name.removesuffix(SUFFIX).upper()
    path = asset(FOLDER, f"{letters}{SUFFIX}")
    return path if letters in TITLES and path.is_file() else None


def title_of(path: Path) -> str:
    """The title, an English key, of the example that lies in ``path``; empty where none does."""
    found = find(path.stem)
    return TITLES[path.stem.upper()] if found is not None and path.resolve() == found.resolve() else ""
