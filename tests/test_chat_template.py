"""Chat templates: the honest ones are rendered, the hostile ones are refused quickly."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from tiny_model import CHAT_TEMPLATE

from sse_steps.errors import ModelFormatError
from sse_steps.infer.chat_template import ChatTemplate, render_chat

MESSAGES = (
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hello {{ x }}"},
)


def render(source: str) -> str:
    """Render a template with the usual two messages."""
    return render_chat(ChatTemplate(source, bos_token="<s>", eos_token="</s>"), MESSAGES)  # noqa: S106 (no password)


def test_conversation_is_rendered_up_to_the_answer() -> None:
    """The messages come out in order, contents untouched, with the header of the answer last."""
    assert render(CHAT_TEMPLATE) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHello {{ x }}<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ bos_token }}{{ messages[-1].content | trim }}{{ eos_token }}", "<s>Hello {{ x }}</s>"),
        ("{%- set rest = messages[1:] -%}{{ rest | length }}", "1"),
        ("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}"
         "{{ ns.n }}", "2"),
        ("{% for m in messages %}{{ loop.index0 % 2 == 0 }}{% if loop.last %}!{% endif %}"
         "{% endfor %}", "TrueFalse!"),
        ("{% for m in messages if m.role in ['user', 'tool'] %}{{ m.role ~ '!' ~ 1 }}{% endfor %}",
         "user!1"),
        ("{% for k, v in messages[0].items() %}{{ k }}{% break %}{% endfor %}", "role"),
        ("{{ messages[0]['content'].split(' ')[0].upper() }}", "BE"),
        ("{{ tools | default('none') }}{{ messages[0] | tojson }}",
         'none{"role": "system", "content": "Be brief."}'),
        ("  {% if messages is iterable and tools is not defined %}\nyes\n  {% endif %}\n", "yes\n"),
    ],
)  # fmt: skip
def test_common_constructs_work(source: str, expected: str) -> None:
    """What the templates of current models use is let in, with their treatment of white space."""
    assert render(source) == expected


@pytest.mark.parametrize(
    ("attack", "source"),
    [
        ("attribute", "{{ messages.__class__.__mro__[1].__subclasses__() }}"),
        ("attribute by item", "{{ messages['__class__']['__mro__'] }}"),
        ("function globals", "{{ raise_exception.__globals__ }}"),
        ("method globals", "{{ messages[0].items.__self__.__class__.__init__ }}"),
        ("loop attribute", "{% for m in messages %}{{ loop.__init__.__globals__ }}{% endfor %}"),
        ("format attribute", "{{ '{0.__class__}'.format(messages) }}"),
        ("mutation", "{{ messages.append(1) }}"),
        ("huge range", "{{ range(10 ** 12) | length }}"),
        ("huge range, spelled out", "{{ range(999999999999) | length }}"),
        ("long loop", "{% for i in range(99999) %}{% endfor %}"),
        ("loops in loops", "{% for i in range(3000) %}" * 2 + "{% endfor %}" * 2),
        ("loop with filter", "{% for i in range(9999) if false %}{% endfor %}"),
        ("recursive loop", "{% for m in messages recursive %}{{ loop(messages) }}{% endfor %}"),
        ("recursive macro", "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}"),
        ("output bomb", "{% for i in range(3000) %}" + "x" * 20_000 + "{% endfor %}"),
        ("doubling", "{% set x = 'ab' %}" + "{% set x = x ~ x %}" * 60),
        ("doubling with plus", "{% set x = 'ab' %}" + "{% set x = x + x %}" * 60),
        ("doubling of numbers", "{% set ns = namespace(x=9) %}{% for i in range(2000) %}"
         "{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}"),
        ("lists of lists", "{% set x = [1] %}" + "{% set x = [x, x] %}" * 60 + "{{ x }}"),
        ("namespaces of namespaces", "{% set x = namespace() %}"
         + "{% set x = namespace(a=x, b=x) %}" * 60 + "{{ x }}"),
        ("repetition", "{{ 'a' * 10 ** 10 }}"),
        ("power", "{{ 9 ** 9 ** 9 }}"),
        ("width by percent", "{{ '%9999999999d' % 1 }}"),
        ("width by format", "{{ '{:9999999999}'.format(1) }}"),
        ("width by method", "{{ 'a'.center(9999999999) }}"),
        ("width by filter", "{{ 'a' | center(9999999999) }}"),
        ("bytes of a number", "{{ (1).to_bytes(9999999999, 'big') }}"),
        ("replacement", "{{ ('a' | upper).replace('', messages[0].content) }}"),
        ("indent", "{{ messages | tojson(indent=9999999999) }}"),
        ("generated text", "{{ lipsum(n=100000) }}"),
        ("file", "{% include '/etc/passwd' %}"),
        ("import", "{% import 'os' as os %}"),
        ("long source", "x" * 100_000),
        ("deep parentheses", "{{ " + "(" * 9000 + ")" * 9000 + " }}"),
        ("deep attributes", "{{ x" + ".x" * 9000 + " }}"),
        ("deep blocks", "{% if true %}" * 1500 + "{% endif %}" * 1500),
        ("many slices", "{% set a = 'x' * 1 %}" + "{% set b = messages[0:] %}" * 1000),
        ("syntax", "{% for %}"),
        ("its own refusal", "{{ raise_exception('roles must alternate') }}"),
    ],
)  # fmt: skip
def test_attacks_are_refused_quickly(attack: str, source: str) -> None:
    """Ways out of the sandbox and ways to eat time or memory end in the declared fault."""
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(ModelFormatError, match="chat template cannot be used") as raised:
        render(source)
    elapsed, (_, peak) = time.perf_counter() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert elapsed < 5, attack
    assert peak < 100_000_000, attack
    assert len(raised.value.wrong) <= 500


def test_the_templates_own_refusal_is_quoted() -> None:
    """What a template says about a conversation that it does not support reaches the user."""
    with pytest.raises(ModelFormatError, match="no system role"):
        render("{{ raise_exception('no system role') }}")


# The template of the instruction-tuned Qwen2.5 models, and then of Gemma 3, in the parts that a
# conversation without tools and images goes through, and the conditions that lead past the others.
QWEN = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- for tool in tools %}
        {{- tool | tojson }}
    {%- endfor %}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or \
(message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- tool_call.arguments | tojson }}
        {%- endfor %}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
GEMMA = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '\\n\\n' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\\n\\n' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate user/assistant/...") }}
    {%- endif -%}
    {%- set role = "model" if message['role'] == 'assistant' else message['role'] -%}
    {{ '<start_of_turn>' + role + '\\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'text' -%}{{ item['text'] | trim }}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ '<end_of_turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{ '<start_of_turn>model\\n' }}
{%- endif -%}
"""


def test_a_template_with_branches_for_tools_is_rendered() -> None:
    """Branches for tools that nobody offers are passed by, with or without a system message."""
    answer = "<|im_start|>user\nHello {{ x }}<|im_end|>\n<|im_start|>assistant\n"
    assert render(QWEN) == f"<|im_start|>system\nBe brief.<|im_end|>\n{answer}"
    alone = render_chat(ChatTemplate(QWEN), MESSAGES[1:])
    assert alone == f"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{answer}"


def test_a_template_without_a_system_turn_is_rendered() -> None:
    """A template that puts the system text into the first turn of the user renders."""
    assert render(GEMMA) == (
        "<s><start_of_turn>user\nBe brief.\n\nHello {{ x }}<end_of_turn>\n<start_of_turn>model\n"
    )


def test_long_contents_are_rendered() -> None:
    """The budget grows with the conversation: an honest template renders a long program."""
    long = {"role": "user", "content": "x" * 5_000_000}
    assert len(render_chat(ChatTemplate(CHAT_TEMPLATE), [long])) > 5_000_000
