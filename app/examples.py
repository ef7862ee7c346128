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
HINTS = {
    "A1": N_("Click **conv1**[0, 0, 1]: nine numbers that sum to **25**, each times 1/9. Then change a number above."),
    "A2": N_("The larger kernel blurs more, the bell keeps more of an edge. **gauss5** rounds the continuous "
             "**bell5**. Each sums to **1**."),
    "A4": N_("On the curve, **conv1**[0, 2, 2], 30 × 50 four times and 30 × 20 make **6600**. On the other shape, "
             "[0, 7, 13], nothing meets: **0**."),
    "B1": N_("Step through the four cells: **2, 3, 2, 1**. The first and the last see a zero of the padding."),
    "B2": N_("Each kernel is highest where the input looks like it. Click a **1** in **keepmax1**, then go back to the "
             "cells that it came from."),
    "C1": N_("Only a whole line gives **3**, once in each of three places. Break a line and see its 3 go."),
    "C2": N_("The kernel of **conv2** looks at maps, not at the picture. It is **10** in one place: the head is found "
             "once."),
    "C3": N_("**dense1** is above 0: a person. Take away a leg, in rows 7 to 9, or paste all ones, and it is not."),
    "D1": N_("7 cells, a window of 3: stride 1 gives **5**, 2 gives **3**, 3 gives **2** and drops the last row and "
             "column. Padding 1 keeps **7**."),
    "D2": N_("12 kernels of 3×5×5 with padding: **12×32×32**. 3 kernels without it: **3×28×28**."),
    "D3": N_("Click **conv1**[0, 1, 1]: the channels give **2**, **−3** and **−3**, the bias **1**: together **−3**."),
    "E3": N_("The second channel is the first, moved by one cell. Compare their pooled maps: most large numbers are in "
             "both."),
    "E4": N_("The two maps of **both** are the same to the last bit. But **relu1** needs 64 comparisons, **relu2** "
             "16."),
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
