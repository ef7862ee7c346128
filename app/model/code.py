"""The code of the number at the playhead: the lines, and the whole that is copied, which runs as it stands."""

from __future__ import annotations

from app.i18n import N_
from app.model.frames import node_of, value_of
from app.model.results import Results
from app.model.session import Session
from app.model.timeline import LOSS, Playhead, named
from cnncore.code import IMPORTS, Written, code_of, loss_code, names_of, step_code, sum_code
from cnncore.errors import CnnError
from cnncore.network import INPUT

FRAMEWORKS = (("numpy", "NumPy"), ("torch", "PyTorch"), ("keras", "Keras"))
CHOICE = "code/framework"  # what the settings remember the choice as
NO_CODE = N_("The input is given: no code computes it.")
PROJECT = "project.convscope"  # what the copied lines call a document that stands in no file
MADE = {"numpy": "{}", "torch": "torch.tensor({})", "keras": "ops.array({})"}
ALL = "r.gradients.weights.values()"


def written(results: Results, head: Playhead, language: str) -> Written:
    """The lines for the number of any pass, or why there are none; nothing at the input."""
    network, settings = results.network, results.document.settings
    if head.node == INPUT:
        return Written("")
    if head.node == LOSS:
        classes, cell = network.shapes[network.scores][0], None if head.lane == "loss" else head.map
        return loss_code(settings.loss_made(), language, classes, results.target, cell)
    if head.lane == "update":
        return step_code(settings.optimizer_made(), language, head.target, head.index, settings.clip_value,
                         settings.clip_norm)
    if head.lane == "backward" and head.target == "output":
        return sum_code(len(_sent(results, head)), head.index)
    return code_of(node_of(results, head).op, language, head.target, head.index, network.input_shapes(head.node))


def whole(results: Results, head: Playhead, language: str, text: str, project: str = "") -> str:
    """What is copied: imports, where every array of the lines comes from, the lines, and the number they give.

    Args:
        results, head, language: As `written` takes them.
        text: What it gave.
        project: The file that the document stands in as it is now; empty: it has to be saved first.
    """
    made = MADE[language]
    arrays = [f"{name} = {made.format(source)}  # {about}" for name, source, about in _arrays(results, head)]
    said = "" if head.lane == "forward" else f", said={results.target}"
    if head.lane == "update" and results.document.training.settings.clip_norm:
        each = f"list({ALL})" if language == "numpy" else f"[{made.format('d')} for d in {ALL}]"
        arrays.append(f"grads = {each}")
    imports = [line for line in IMPORTS[language].split("\n") if line]
    loader = ["from app.model.project import load", "from app.model.results import compute"]
    opened = f'r = compute(load("{project or PROJECT}"){said})' + ("" if project else "  # save the project so first")
    number = f"# {named(results.network, head)} = {value_of(results, head):.9g}"
    return "\n".join([*imports, *loader, "", opened, *arrays, "", text, number, ""])


def copied(session: Session, head: Playhead, language: str) -> str:
    """`whole` of the results of now, and of the session's file; `CnnError` where there are no lines."""
    code = written(session.results, head, language)
    if not code.text:
        raise CnnError("code.none", code.why or NO_CODE, **code.facts)
    kept = session.path is not None and not session.modified and session.view is session.document  # no weights of a run
    return whole(session.results, head, language, code.text, session.path.name if session.path and kept else "")


def _arrays(results: Results, head: Playhead) -> list[tuple[str, str, str]]:
    """Name, source and description of every array that the lines read."""
    network = results.network
    if head.node == LOSS:
        source = f'r.values("{network.scores}").reshape(-1).astype(float)'
        return [("scores", source, f"{network.scores}, shape {network.shapes[network.scores]}")]
    if head.lane == "update":
        return _weights(results, head)
    if head.lane == "backward" and head.target == "output":
        return [(f"d{k}", f'r.gradients.backwards["{reader}"].inputs[{source}][0]', f"sent by {reader}")
                for k, (reader, source) in enumerate(_sent(results, head))]
    node, shapes = node_of(results, head), network.input_shapes(head.node)
    names = names_of(node.op, *shapes)
    out = [(names[f"input{k}"], f'r.values("{source}")', f"{source}, shape {shape}")
           for k, (source, shape) in enumerate(zip(node.inputs, shapes, strict=True))]
    out += [(names[key], f'r.document.effective["{node.name}.{key}"]', f"{node.name}.{key}, shape {shape}")
            for key, shape in node.op.parameter_shapes(*shapes).items()]
    if head.lane == "backward":
        about = f"∂L/∂{node.name}, shape {network.shapes[node.name]}"
        out.append(("dy", f'r.gradients.outputs["{node.name}"][0]', about))
    return out


def _weights(results: Results, head: Playhead) -> list[tuple[str, str, str]]:
    """Of a step: the array, its gradient, and all gradients where their length matters."""
    key = f"{head.node}.{head.target}"
    name = {"weight": "w", "bias": "b"}.get(head.target, head.target)
    shape = results.network.parameter_shapes[key]
    return [(name, f'r.document.effective["{key}"]', f"{key}, shape {shape}"),
            (f"d{name}", f'r.gradients.weights["{key}"]', f"∂L/∂{key}")]


def _sent(results: Results, head: Playhead) -> list[tuple[str, int]]:
    """(reader, which of its inputs) of every layer that sends a part of what comes back to an output."""
    network = results.network
    return [(reader, k) for reader in network.consumers(head.node) if reader in results.gradients.backwards
            for k, source in enumerate(network.node(reader).inputs) if source == head.node]
