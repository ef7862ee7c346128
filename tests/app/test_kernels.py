"""Ready kernels: textbook numbers, any size, every file readable."""

from __future__ import annotations

import numpy as np
import pytest

from app.kernels import presets, read
from cnncore.errors import CnnError

NAMES = {"identity", "box", "gaussian", "sobel_x", "sobel_y", "laplacian", "sharpen", "emboss",
         "line_horizontal", "line_vertical", "line_falling", "line_rising"}
SIZES = [(3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (11, 11), (3, 5), (5, 4)]


def test_every_named_preset_is_there():
    assert set(presets()) >= NAMES


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", sorted(NAMES))
def test_a_preset_has_the_size_asked_for(key, size):
    kernel = presets()[key].at(size)
    assert kernel.shape == size
    assert np.isfinite(kernel).all()
    assert kernel.any()


def test_sobel_x_is_the_textbooks_and_sobel_y_is_it_turned():
    assert presets()["sobel_x"].at((3, 3)).tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert np.array_equal(presets()["sobel_y"].at((3, 3)), presets()["sobel_x"].at((3, 3)).T)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), *SIZES])
@pytest.mark.parametrize("key", ["identity", "box", "gaussian"])
def test_blurs_and_identity_keep_the_brightness_at_every_size(key, size):
    assert presets()[key].at(size).sum() == pytest.approx(1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", [
    "sobel_x", "sobel_y", "laplacian", "line_horizontal", "line_vertical", "line_falling", "line_rising"])
def test_edge_and_line_kernels_answer_nothing_on_a_flat_picture(key, size):
    assert presets()[key].at(size).sum() == 0


def test_in_an_even_size_the_middle_is_the_cell_before_the_middle_line():
    assert np.argwhere(presets()["identity"].at((4, 4))).tolist() == [[1, 1]]
    assert np.array_equal(presets()["laplacian"].at((4, 4))[:3, :3], presets()["laplacian"].at((3, 3)))


def test_sharpen_is_identity_minus_laplacian():
    at = {key: presets()[key].at((5, 5)) for key in ("sharpen", "identity", "laplacian")}
    assert np.array_equal(at["sharpen"], at["identity"] - at["laplacian"])


def test_gaussian_at_three_is_the_binomial_one():
    assert (presets()["gaussian"].at((3, 3)) * 16).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


def test_a_kernel_too_small_says_what_it_needs():
    laplacian = presets()["laplacian"]
    assert not laplacian.fits((2, 3))
    with pytest.raises(CnnError, match="Laplacian needs a kernel of at least 3 × 3; this one is 2 × 3"):
        laplacian.at((2, 3))


@pytest.mark.parametrize("text", [
    "", "[]", "{}", '{"name": "a"}', '{"name": "a", "fill": "b"}', '{"name": "a", "rows": [[1, 2], [3]]}',
    '{"name": "a", "rows": [[["x"]]]}', '{"name": "a", "rows": [[[NaN]]]}'])
def test_a_file_that_is_no_kernel_is_refused_by_name(tmp_path, text):
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(CnnError, match=r"odd\.json is no kernel"):
        read(path)
