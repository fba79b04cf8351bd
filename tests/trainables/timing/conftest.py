"""An mT5 with its decoder."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, MT5Config, MT5ForConditionalGeneration

from trainables.encoder import library_quiet


@pytest.fixture(scope="session")
def whole_mt5(encoder_folder: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    tokenizer = AutoTokenizer.from_pretrained(encoder_folder("mt5"))
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2, "dropout_rate": 0.0}
    config = MT5Config(vocab_size=len(tokenizer), pad_token_id=1, decoder_start_token_id=1, eos_token_id=2, **sizes)
    with library_quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        MT5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
