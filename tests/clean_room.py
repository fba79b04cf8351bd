"""Loads exported folders where Cairn cannot be imported, and prints their logits. Run with `python -I clean_room.py`.

Standard input holds a JSON list of jobs: a folder, the library's Auto class, and texts, cut by the folder's own
tokenizer. Imports nothing of Cairn, so that it also runs where only torch and transformers are installed.
"""

import json
import sys

CAIRN = ("evaluators", "search_spaces", "trainables", "experiments", "analysis")


class Refused:
    """Stands in front of all finders."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in CAIRN:
            raise ModuleNotFoundError(f"{name} must not be needed here")
        return None


def encoded(tokenizer, auto, text):
    if auto == "AutoModelForMultipleChoice":
        prompts = [text["prompt"]] * len(text["choices"])
        batch = tokenizer(prompts, text["choices"], padding=True, return_tensors="pt")
        return {name: value[None] for name, value in batch.items()}
    if auto == "AutoModelForTokenClassification":
        return tokenizer(text["words"], is_split_into_words=True, return_tensors="pt")
    return tokenizer(text["first"], text.get("second"), return_tensors="pt")


def answers(job):
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(job["folder"])
    model, report = getattr(transformers, job["auto"]).from_pretrained(job["folder"], output_loading_info=True)
    model.eval()
    found = []
    for text in job["texts"]:
        inputs = encoded(tokenizer, job["auto"], text)
        with torch.inference_mode():
            output = model(**inputs)
        if job["auto"] == "AutoModelForQuestionAnswering":
            values = torch.stack([output.start_logits[0], output.end_logits[0]], dim=-1)
        elif job["auto"] == "AutoModel":
            values = output.last_hidden_state[0]
        else:
            values = output.logits[0]
        found.append({"ids": inputs["input_ids"][0].tolist(), "values": values.tolist()})
    return {
        "answers": found,
        "labels": {str(number): label for number, label in model.config.id2label.items()},
        "missing": sorted(report["missing_keys"]),
        "class": type(model).__name__,
    }


if __name__ == "__main__":
    sys.meta_path.insert(0, Refused)
    json.dump([answers(job) for job in json.load(sys.stdin)], sys.stdout)
