"""Models as Hugging Face's transformers keep them, in GGUF's terms.

A folder holds config.json, tokenizer.json and weights in safetensors; `folder.py` puts them
together. What each layout means follows transformers' own modelling files; how llama.cpp wants it,
its convert_hf_to_gguf.py. Everything that a model's author may write is checked: what no engine
here computes is refused, never left out in silence.
"""
