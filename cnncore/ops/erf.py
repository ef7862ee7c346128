"""The error function, which NumPy lacks, for whole arrays in float64.

W. J. Cody 1969, "Rational Chebyshev approximations for the error function", Math. Comp. 23:631,
doi:10.1090/S0025-5718-1969-0247736-4, with the coefficients of his CALERF.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# |x| ≤ 0.46875: erf(x) = x · A(x²) / B(x²). Highest power first, here and below.
A = (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3)
B = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
# … ≤ 4: erfc(x) = exp(−x²) · C(x) / D(x)
C = (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3)
D = (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3)
# beyond: erfc(x) = exp(−x²) / x · (1/√π − z · P(z) / Q(z)) with z = 1/x²
P = (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4)
Q = (1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3)
NEAR, FAR, NOTHING = 0.46875, 4.0, 27.3  # erfc(27.3) is no number of float64 any more


def erfc(x: Floats) -> Floats:
    """1 − erf(x), to a few parts in 1e16 relative to itself, also where it is tiny. Any shape; NaN stays."""
    size = np.abs(x)
    out = np.empty(x.shape)
    near, far = size <= NEAR, size > FAR
    between = ~(near | far)
    s = x[near]
    out[near] = 1 - s * _ratio(A, B, s * s)
    s = size[between]
    out[between] = _bell(s) * _ratio(C, D, s)
    s = np.minimum(size[far], NOTHING)
    z = 1 / (s * s)
    out[far] = _bell(s) / s * (1 / np.sqrt(np.pi) - z * _ratio(P, Q, z))
    return np.where(near | ~(x < 0), out, 2 - out)


def erf(x: Floats) -> Floats:
    """The error function. Any shape."""
    near = np.clip(x, -NEAR, NEAR)
    return np.where(np.abs(x) <= NEAR, near * _ratio(A, B, near * near), 1 - erfc(x))


def _bell(s: Floats) -> Floats:
    """exp(−s²) for s ≥ 0: the square of the first binary digits is exact, so that no digits are lost in it."""
    head = np.trunc(s * 16) / 16
    out: Floats = np.exp(-head * head) * np.exp(-(s - head) * (s + head))
    return out


def _ratio(above: tuple[float, ...], below: tuple[float, ...], x: Floats) -> Floats:
    out: Floats = np.polyval(above, x) / np.polyval(below, x)
    return out
