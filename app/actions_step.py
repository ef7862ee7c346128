"""The rows of the menus Step, Play and Debug: the moves of the debugger, its breakpoints, watches and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.action import Action, Do, ask
from app.i18n import N_

if TYPE_CHECKING:
    from app.desk import Desk


def nowhere(desk: Desk) -> str:
    return "" if desk.session.playhead is not None else N_("Click a cell in the network first.")


def _no_stops(desk: Desk) -> str:
    return "" if desk.session.document.stops else N_("No breakpoint is set. F9 sets one where the playhead stands.")


def _not_comparing(desk: Desk) -> str:
    comparison = desk.debugger.comparison
    held = comparison.number is not None or comparison.kept
    return "" if held else N_("Nothing is compared.")


def _nothing_held(desk: Desk) -> str:
    return "" if desk.session.run is not None and desk.session.run.active else nowhere(desk)


def _loop(ring: str) -> Do:
    """Loop in a ring, or no longer."""
    return lambda d: (d.player.set_loop(not (d.player.loop and d.player.ring == ring)), d.player.set_ring(ring))


def _loops(ring: str) -> Callable[[Desk], bool]:
    return lambda d: d.player.round == ring


def _shift(right: int, down: int) -> Do:
    return lambda d: d.player.shift(right, down)


def _turn(by: int) -> Do:
    return lambda d: d.player.turn(by)


def _keep(desk: Desk) -> None:
    desk.debugger.keep()
    desk.messages.info(
        N_("This input is kept. Draw another: the maps of both stand side by side at the right.")
        if desk.session.view.typed is None else
        N_("This input is kept. Change a number of it: the maps of both stand side by side at the right."))


STEP = (
    Action("stepper.play", N_("Play or pause"), N_("Play"), lambda d: d.player.toggle(), ("Shift+F5",), "play"),
    Action("stepper.resume", N_("Continue to the next breakpoint; without one, play"), N_("Play"),
           lambda d: d.debugger.resume(), ("F5",)),
    Action("stepper.forward", N_("Step forward"), N_("Step"), lambda d: d.player.forward(), ("F10",), "step-forward"),
    Action("stepper.back", N_("Step back"), N_("Step"), lambda d: d.player.back(), ("Alt+F10", "Shift+F10"),
           "step-back"),
    Action("stepper.into", N_("Step into"), N_("Step"), lambda d: d.player.into(), ("F11",), blocked=nowhere,
           gap=True),
    Action("stepper.into_back", N_("Step into, from the end"), N_("Step"), lambda d: d.player.into(back=True),
           ("Alt+F11",), blocked=nowhere),
    Action("stepper.out", N_("Step out"), N_("Step"), lambda d: d.player.out(), ("Shift+F11",), blocked=nowhere),
    Action("stepper.out_back", N_("Step out, back to the start"), N_("Step"), lambda d: d.player.out(back=True),
           ("Alt+Shift+F11",), blocked=nowhere),
    Action(
        "stepper.first",
        N_("First"),
        N_("Step"),
        lambda d: d.player.first(),
        ("Ctrl+Home",),
        "first",
        nowhere,
        gap=True,
    ),
    Action("stepper.last", N_("Last"), N_("Step"), lambda d: d.player.last(), ("Ctrl+End",), "last", nowhere),
    Action(
        "stepper.loop",
        N_("Loop"),
        N_("Play"),
        lambda d: d.player.set_loop(not d.player.loop),
        ("Ctrl+L",),
        "loop",
        checked=lambda d: d.player.loop,
        gap=True,
    ),
    *(
        Action(f"stepper.loop_{ring}", text, N_("Play"), _loop(ring), checked=_loops(ring))
        for ring, text in (
            ("cell", N_("Loop one cell")),
            ("map", N_("Loop the map")),
            ("layer", N_("Loop the layer")),
            ("pass", N_("Loop the pass")),
        )
    ),
    Action("stepper.faster", N_("Play faster"), N_("Play"), lambda d: d.player.faster(1), ("Ctrl+.",), gap=True),
    Action("stepper.slower", N_("Play slower"), N_("Play"), lambda d: d.player.faster(-1), ("Ctrl+,",)),
    *(
        Action(f"stepper.{name}", text, N_("Step"), do, (keys,), blocked=nowhere, gap=name == "left")
        for name, text, do, keys in (
            ("left", N_("Cell to the left"), _shift(-1, 0), "Ctrl+Left"),
            ("right", N_("Cell to the right"), _shift(1, 0), "Ctrl+Right"),
            ("up", N_("Cell above"), _shift(0, -1), "Ctrl+Up"),
            ("down", N_("Cell below"), _shift(0, 1), "Ctrl+Down"),
            ("map_before", N_("Same cell, map before"), _turn(-1), "Ctrl+PgUp"),
            ("map_after", N_("Same cell, next map"), _turn(1), "Ctrl+PgDown"),
        )
    ),
    *(
        Action(
            f"stepper.by_{grain}",
            text,
            N_("Step"),
            lambda d, g=grain: d.player.set_grain(g),
            gap=grain == "term",  # type: ignore[misc]
            checked=lambda d, g=grain: d.player.grain == g,
        )  # type: ignore[misc]
        for grain, text in (
            ("term", N_("Step by term")),
            ("cell", N_("Step by cell")),
            ("map", N_("Step by map")),
            ("layer", N_("Step by layer")),
            ("pass", N_("Step by pass")),
        )
    ),
    Action("stops.toggle", N_("Set or remove a breakpoint here"), N_("Debug"), lambda d: d.debugger.toggle(), ("F9",),
           blocked=nowhere),
    Action("stops.condition", N_("Add a breakpoint with a condition…"), N_("Debug"), ask("stops.condition"),
           ("Ctrl+F9",), blocked=nowhere),
    Action("stops.next", N_("Continue to the next breakpoint"), N_("Debug"), lambda d: d.debugger.go_on(),
           ("Ctrl+F5",), blocked=_no_stops),
    Action("stops.previous", N_("Back to the breakpoint before"), N_("Debug"), lambda d: d.debugger.go_on(back=True),
           ("Ctrl+Shift+F5",), blocked=_no_stops),
    Action("stops.run_to", N_("Run to the selected cell"), N_("Debug"), lambda d: d.debugger.run_to(), ("Ctrl+F10",)),
    Action("stops.clear", N_("Clear all breakpoints"), N_("Debug"), lambda d: d.debugger.clear(), ("Ctrl+Shift+F9",),
           blocked=_no_stops),
    Action("watches.add", N_("Watch an expression…"), N_("Debug"), ask("watches.add"), ("Ctrl+W",), blocked=nowhere,
           gap=True),
    Action("watches.pin", N_("Pin this number"), N_("Debug"), lambda d: d.debugger.pin(), ("W",), blocked=nowhere),
    Action("watches.pin_map", N_("Pin this map"), N_("Debug"), lambda d: d.debugger.pin_map(), ("Shift+W",),
           blocked=nowhere),
    Action("compare.number", N_("Compare with this number"), N_("Debug"), lambda d: d.debugger.compare(), ("C",),
           blocked=nowhere, gap=True),
    Action("compare.keep", N_("Keep this input to compare"), N_("Debug"), _keep,
           ("Shift+C",)),
    Action("compare.let_go", N_("Stop comparing"), N_("Debug"), lambda d: d.debugger.comparison.let_go(),
           ("Ctrl+Shift+C",), blocked=_not_comparing),
    Action(
        "stepper.leave",
        N_("Let go one level"),
        N_("Step"),
        lambda d: d.leave(),
        ("Esc",),
        blocked=_nothing_held,
        gap=True,
    ),
)
