"""Trains what train/config.json says: full, LoRA or QLoRA, from JSON lines with a "text" field.

Started by launch.sh through torchrun (ZeRO or plain data parallelism) or accelerate (FSDP2).
"""

import argparse
import json
import time
from itertools import chain
from pathlib import Path

import torch
from datasets import load_dataset
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

HERE = Path(__file__).resolve().parent


class Pace(TrainerCallback):
    """Prints tokens per second and accelerator, and how that compares with the plan's low end."""

    def __init__(self, config, world):
        self.tokens = config["micro_batch"] * config["accumulation_steps"] * config["sequence_length"]
        self.world, self.promised, self.began = world, config.get("plan_tokens_s_low"), None
        self.ranks = config["data_parallel"]

    def on_step_end(self, args, state, control, **_):
        """Measure from the tenth step on; the first ones compile."""
        if state.global_step == 10:
            self.began = time.perf_counter()
        elif self.began and state.global_step % 10 == 0 and state.is_world_process_zero:
            steps = state.global_step - 10
            rate = steps * self.tokens * self.ranks / self.world / (time.perf_counter() - self.began)
            verdict = "" if not self.promised else f", {rate / self.promised:.0%} of the plan's low end"
            print(f"step {state.global_step}: {rate:.0f} tokens/s per accelerator{verdict}", flush=True)


def load_model(config):
    """Return the model, its adapter attached where the method asks for one."""
    dtype = torch.bfloat16 if config["bf16"] else torch.float16
    if config["from_scratch"]:
        return AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(config["model"]), dtype=torch.float32)
    if config["method"] == "full":
        # Master weights stay in 32 bit; the arithmetic is 16 bit. ZeRO casts and keeps its own masters.
        return AutoModelForCausalLM.from_pretrained(config["model"], dtype=torch.float32)
    more = {}
    if config["method"] == "qlora":
        from transformers import BitsAndBytesConfig

        more["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype,
            bnb_4bit_quant_storage=dtype,
        )
    model = AutoModelForCausalLM.from_pretrained(config["model"], dtype=dtype, **more)
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

    if config["method"] == "qlora":
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    return get_peft_model(model, LoraConfig(**json.loads((HERE / "peft.json").read_text(encoding="utf-8"))))


def load_data(config):
    """Return the data as blocks of the sequence length, documents separated by the end token."""
    tokenizer = AutoTokenizer.from_pretrained(config["model"])
    length = config["sequence_length"]

    def pack(batch):
        documents = tokenizer(batch["text"])["input_ids"]
        stream = list(chain.from_iterable([*ids, tokenizer.eos_token_id] for ids in documents))
        return {"input_ids": [stream[i:i + length] for i in range(0, len(stream) - length + 1, length)]}

    data = load_dataset("json", data_files=config["data"], split="train")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return data.map(pack, batched=True, remove_columns=data.column_names), tokenizer


def main():
    """Train, resume from the newest checkpoint if there is one, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default=str(HERE / "config.json"))
    parser.add_argument("--deepspeed", help="ZeRO configuration; FSDP comes from accelerate instead")
    options = parser.parse_args()
    config = json.loads(Path(options.config).read_text(encoding="utf-8"))
    arguments = TrainingArguments(
        output_dir=config["output"], max_steps=config["steps"], num_train_epochs=config["epochs"],
        per_device_train_batch_size=config["micro_batch"],
        gradient_accumulation_steps=config["accumulation_steps"], learning_rate=config["learning_rate"],
        lr_scheduler_type="cosine", warmup_steps=config["warmup_steps"], optim=config["optimizer"],
        bf16=config["bf16"], fp16=not config["bf16"] and torch.cuda.is_available(), max_grad_norm=1.0,
        logging_steps=10, save_steps=config["save_steps"], save_total_limit=3, report_to="none",
        deepspeed=options.deepspeed, ddp_find_unused_parameters=False, use_cpu=not config["accelerator"],
    )
    model = load_model(config)
    if config["activation_checkpointing"]:
        model.config.use_cache = False
        model.activation_checkpointing_enable({"use_reentrant": False})
        if config["method"] != "full":
            model.enable_input_require_grads()
    data, tokenizer = load_data(config)
    trainer = Trainer(
        model=model, args=arguments, train_dataset=data, callbacks=[Pace(config, arguments.world_size)],
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
    )
    resume = any(Path(config["output"]).glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=resume or None)
    trainer.save_model()


if __name__ == "__main__":
    main()
