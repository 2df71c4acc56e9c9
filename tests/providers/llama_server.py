"""A real llama.cpp server with random weights: built here from a seed, served by a child process on loopback.

    python tests/providers/llama_server.py FOLDER

makes FOLDER/random.gguf (half a megabyte), serves it on a free port, prints its base URL, and ends when its standard
input does. The words are nonsense; tokens, log-probabilities, counters, cache and errors are llama.cpp's own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VOCABULARY, _WIDTH, _BLOCKS, _HEADS, _KV_HEADS, _FEED = 400, 64, 2, 4, 2, 128
_CONTEXT = 2048
_SPECIAL = ("<s>", "</s>", "<pad>", "<|user|>", "<|assistant|>", "<|system|>")
_SENTENCES = (
    "The answer to the question is one of A, B, C or D. The passage says that the ice went out at night.",
    "I think that the answer is B. Choices: A. the nerve B. the artery C. the vein D. the tendon. Answer: C",
    "Nobody buys the night, she said, and squared the tickets. Question: why did the clock stop? Answer: D",
)
_TEMPLATE = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}</s>{% endfor %}<|assistant|>"


def build(path: Path) -> None:
    """Write a llama of random numbers, the same ones each time."""
    import gguf
    import numpy as np
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_SENTENCES * 20, trainer)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    tokens = [token for token, _ in vocabulary]
    merges = [" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]

    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_BLOCKS)
    writer.add_feed_forward_length(_FEED)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control if token in _SPECIAL else normal for token in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(2)
    writer.add_chat_template(_TEMPLATE)

    dice = np.random.default_rng(20261120)
    kv = _WIDTH // _HEADS * _KV_HEADS
    shapes = {"token_embd": (len(tokens), _WIDTH), "output": (len(tokens), _WIDTH)}
    for i in range(_BLOCKS):
        shapes |= {
            f"blk.{i}.attn_q": (_WIDTH, _WIDTH),
            f"blk.{i}.attn_k": (kv, _WIDTH),
            f"blk.{i}.attn_v": (kv, _WIDTH),
            f"blk.{i}.attn_output": (_WIDTH, _WIDTH),
            f"blk.{i}.ffn_gate": (_FEED, _WIDTH),
            f"blk.{i}.ffn_up": (_FEED, _WIDTH),
            f"blk.{i}.ffn_down": (_WIDTH, _FEED),
        }
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", dice.normal(0, 0.2, shape).astype(np.float32))
    norms = ["output_norm", *(f"blk.{i}.{part}_norm" for i in range(_BLOCKS) for part in ("attn", "ffn"))]
    for name in norms:
        writer.add_tensor(f"{name}.weight", np.ones(_WIDTH, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def serve(path: Path) -> None:
    """Serve until standard input ends, so that the child cannot outlive its parent."""
    import socket

    import xllamacpp

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = _CONTEXT * 2
    parameters.n_parallel = 2
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    print(f"base url: {server.listening_address}/v1", flush=True)
    sys.stdin.read()


@contextmanager
def llama_server(folder: Path) -> Iterator[str]:
    """The base URL of a server that runs in a process of its own until the block ends; its log is FOLDER/log."""
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, __file__, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as child,
    ):
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            for line in child.stdout:
                if line.startswith("base url: "):
                    yield line.removeprefix("base url: ").strip()
                    break
            else:
                raise RuntimeError(f"llama.cpp did not start: {(folder / 'log').read_text()[-2000:]}")
        finally:
            child.stdin.close()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()


if __name__ == "__main__":
    model = Path(sys.argv[1]) / "random.gguf"
    build(model)
    serve(model)
