"""What the stepper shows, by the kind of the trace: one file a kind."""

from __future__ import annotations

from app.panels.stepper_views.bars import BarsView
from app.panels.stepper_views.base import Scene, View
from app.panels.stepper_views.cells import CellsView, FieldsView
from app.panels.stepper_views.copy import CopyView
from app.panels.stepper_views.curve import CurveView
from app.panels.stepper_views.curve_back import SlopeView
from app.panels.stepper_views.flipped import FlippedView
from app.panels.stepper_views.learn import LearnView
from app.panels.stepper_views.learn_dense import LearnDenseView
from app.panels.stepper_views.loss import LossView
from app.panels.stepper_views.normed import NormBackView, NormView
from app.panels.stepper_views.products import ProductsView
from app.panels.stepper_views.route import RouteView
from app.panels.stepper_views.route_out import RouteOutView
from app.panels.stepper_views.shares import SharesView
from app.panels.stepper_views.shares_back import SharesBackView
from app.panels.stepper_views.slide import SlideView
from app.panels.stepper_views.update import UpdateView
from app.panels.stepper_views.window import WindowView

# Of the views of a kind the first that fits is taken.
VIEWS: dict[str, tuple[type[View], ...]] = {
    "products": (ProductsView, FlippedView, LossView, SlideView, FieldsView, LearnView, LearnDenseView, SlopeView,
                 RouteView, RouteOutView, CopyView, NormView, NormBackView, SharesBackView, CellsView),
    "window": (WindowView, CellsView), "sum": (CellsView,), "kept": (CellsView,),
    "curve": (CurveView,), "shares": (SharesView, LossView), "copy": (CopyView,), "update": (UpdateView,),
}
PLAIN: type[View] = BarsView  # for a list of products, and for a kind that nobody has drawn yet


def view_for(scene: Scene) -> type[View]:
    """The view of a scene: by its kind, or the plain one where the terms lie otherwise."""
    return next((view for view in VIEWS.get(scene.trace.kind, ()) if view.fits(scene)), PLAIN)
