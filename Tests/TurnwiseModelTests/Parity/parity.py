"""What PyTorch says of models whose weights anyone can compute.

usage: python3 parity.py            writes T1.json and grouped.json beside this file
       python3 parity.py --check    compares the installed PyTorch with what is written there

The weights, tokens and advantages come from a hash, in numbers that single precision holds exactly, so
that no weights need to be stored; `ParityCase.swift` computes the same ones. The model is Llama's plain
decoder: RMS norms, rotary positions in the half-split form, grouped queries, a gated feed-forward
block, and a head that shares the embedding's weights. Values are computed in double precision; how far
single precision is from them is written beside them, as a measure of what rounding does.

Each error is a root mean square over that of the values it belongs to.
"""
import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

CASES = {
    "T1": dict(
        shape=dict(vocabulary=512, width=128, layers=4, heads=4, keyValueHeads=4, feedForward=344, context=256),
        lengths=[256, 100]),
    "grouped": dict(
        shape=dict(vocabulary=96, width=48, layers=3, heads=6, keyValueHeads=2, feedForward=80, context=40),
        lengths=[40, 17, 2]),
}
ENTROPY_WEIGHT = 1 / 16  # of the entropy in the loss
ELEMENTS = 24  # of each weight's gradient
LOGITS = 12  # of each position that is looked at


def hashes(name, count):
    """32-bit hashes of a name with the numbers below count."""
    seed = 0x811C9DC5  # FNV-1a
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    x = (torch.arange(count) * 0x9E3779B9 + seed) & 0xFFFFFFFF
    for shift, factor in (16, 0x7FEB352D), (15, 0x846CA68B):
        x = ((x ^ (x >> shift)) * factor) & 0xFFFFFFFF
    return x ^ (x >> 16)


def fractions(name, count):
    """Multiples of 1/32768 from -1 up to 1."""
    return ((hashes(name, count) >> 16) - 32768).double() / 32768


def weight(name, shape):
    values = fractions(name, math.prod(shape)).view(shape)
    if len(shape) == 1:
        return 1 + values / 4
    scale = 1.0
    while shape[1] * scale * scale > 3:  # the spread of a matrix falls with its inputs
        scale /= 2
    return values * scale


def weights(c):
    d, kv, ff = c["width"], c["keyValueHeads"] * c["width"] // c["heads"], c["feedForward"]
    shapes = {"model.embed_tokens.weight": (c["vocabulary"], d)}
    for i in range(c["layers"]):
        p = f"model.layers.{i}."
        shapes |= {
            p + "input_layernorm.weight": (d,), p + "self_attn.q_proj.weight": (d, d),
            p + "self_attn.k_proj.weight": (kv, d), p + "self_attn.v_proj.weight": (kv, d),
            p + "self_attn.o_proj.weight": (d, d), p + "post_attention_layernorm.weight": (d,),
            p + "mlp.gate_proj.weight": (ff, d), p + "mlp.up_proj.weight": (ff, d),
            p + "mlp.down_proj.weight": (d, ff)}
    shapes["model.norm.weight"] = (d,)
    return {name: weight(name, shape) for name, shape in shapes.items()}


def logits(c, w, ids):
    """The logits after each token, tokens x vocabulary."""
    length, width = len(ids), c["width"] // c["heads"]
    dtype = w["model.norm.weight"].dtype
    frequency = 1 / 10000 ** (torch.arange(0, width, 2).to(dtype) / width)
    angles = torch.outer(torch.arange(length).to(dtype), frequency)
    cos, sin = angles.cos(), angles.sin()

    def norm(x, name):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * w[name]

    def heads(x, count):
        return x.view(length, count, width).transpose(0, 1)

    def turned(x):
        a, b = x.chunk(2, -1)
        return torch.cat((a * cos - b * sin, a * sin + b * cos), -1)

    x = w["model.embed_tokens.weight"][ids]
    for i in range(c["layers"]):
        p = f"model.layers.{i}."
        h = norm(x, p + "input_layernorm.weight")
        q = turned(heads(h @ w[p + "self_attn.q_proj.weight"].T, c["heads"]))
        k = turned(heads(h @ w[p + "self_attn.k_proj.weight"].T, c["keyValueHeads"]))
        v = heads(h @ w[p + "self_attn.v_proj.weight"].T, c["keyValueHeads"])
        shared = c["heads"] // c["keyValueHeads"]
        k, v = k.repeat_interleave(shared, 0), v.repeat_interleave(shared, 0)
        future = torch.ones(length, length).triu(1).bool()
        scores = (q @ k.transpose(1, 2) / math.sqrt(width)).masked_fill(future, -math.inf)
        attended = (scores.softmax(-1) @ v).transpose(0, 1).reshape(length, -1)
        x = x + attended @ w[p + "self_attn.o_proj.weight"].T
        h = norm(x, p + "post_attention_layernorm.weight")
        gated = F.silu(h @ w[p + "mlp.gate_proj.weight"].T) * (h @ w[p + "mlp.up_proj.weight"].T)
        x = x + gated @ w[p + "mlp.down_proj.weight"].T
    return norm(x, "model.norm.weight") @ w["model.embed_tokens.weight"].T


def outcome(case, dtype):
    """Logits, log-probabilities, entropies, loss and gradient in one precision, as doubles."""
    c = case["shape"]
    w = {name: value.to(dtype).requires_grad_() for name, value in weights(c).items()}
    result, loss = dict(logits=[], logProbabilities=[], entropies=[]), 0
    for number, length in enumerate(case["lengths"]):
        ids = hashes(f"tokens {number}", length) % c["vocabulary"]
        advantages = fractions(f"advantages {number}", length - 1).to(dtype)
        all_logits = logits(c, w, ids)
        shares = all_logits[:-1].log_softmax(-1)
        said = shares.gather(-1, ids[1:, None])[:, 0]
        entropies = -(shares.exp() * shares).sum(-1)
        loss = loss - (advantages * said).sum() - ENTROPY_WEIGHT * entropies.sum()
        for name, values in ("logits", all_logits), ("logProbabilities", said), ("entropies", entropies):
            result[name].append(values.detach().double())
    loss.backward()
    result["loss"] = loss.item()
    result["gradients"] = {name: value.grad.double().flatten() for name, value in w.items()}
    return result


def error(found, truth):
    return ((found - truth).square().mean() / truth.square().mean()).sqrt().item()


def rounded(number, digits=10):
    return float(f"{number:.{digits}g}")


def golden(name):
    case = CASES[name]
    truth, single = outcome(case, torch.float64), outcome(case, torch.float32)
    vocabulary = case["shape"]["vocabulary"]
    chosen = []
    for number, length in enumerate(case["lengths"]):
        for position in sorted({0, 1, length // 2, length - 1}):
            tokens = hashes(f"logits {number} {position}", LOGITS) % vocabulary
            row = truth["logits"][number][position]
            chosen.append(dict(
                sequence=number, position=position, tokens=tokens.tolist(),
                values=[rounded(row[token].item()) for token in tokens]))
    gradients = {}
    for weight_name, gradient in truth["gradients"].items():
        indices = hashes(f"elements {weight_name}", ELEMENTS) % len(gradient)
        gradients[weight_name] = dict(
            norm=rounded(gradient.norm().item()), indices=indices.tolist(),
            values=[rounded(value, 9) for value in gradient[indices].tolist()],
            error=rounded(error(single["gradients"][weight_name], gradient), 3))
    series = "logits", "logProbabilities", "entropies"
    errors = {key: rounded(error(torch.cat(single[key]), torch.cat(truth[key])), 3) for key in series}
    errors["loss"] = rounded(abs(single["loss"] / truth["loss"] - 1), 3)
    return dict(
        shape=case["shape"], lengths=case["lengths"], entropyWeight=ENTROPY_WEIGHT, errors=errors,
        loss=rounded(truth["loss"]), logits=chosen, gradients=gradients,
        logProbabilities=[[rounded(x, 9) for x in row.tolist()] for row in truth["logProbabilities"]],
        entropies=[[rounded(x, 9) for x in row.tolist()] for row in truth["entropies"]])


def distance(a, b, path=""):
    """The largest relative difference of two results' numbers, the errors apart."""
    if isinstance(a, dict):
        assert a.keys() == b.keys(), path
        return max(distance(a[k], b[k], f"{path}.{k}") for k in a if not k.startswith("error"))
    if isinstance(a, list):
        assert len(a) == len(b), path
        return max(distance(x, y, path) for x, y in zip(a, b))
    return abs(a - b) / max(abs(a), 1e-3)


for name in CASES:
    file = Path(__file__).parent / f"{name}.json"
    result = golden(name)
    if "--check" in sys.argv:
        far = distance(json.loads(file.read_text()), result)
        print(f"{name}: differs by {far:.1e}; single precision is off by {result['errors']}")
        assert far < 1e-7, f"{name} is not what PyTorch {torch.__version__} says"
    else:
        file.write_text("{\n" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in result.items()) + "\n}\n")
        worst = max(g["error"] for g in result["gradients"].values())
        print(f"{name}: {file.stat().st_size} bytes, errors {result['errors']}, worst gradient {worst}")
