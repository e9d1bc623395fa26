"""How the page looks and what it loads: theme, style sheet, script and switches. Nothing comes from outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.themes.utils import colors, fonts, sizes

from rag.recording_format import MAX_BYTES

STATIC = Path(__file__).parent / "static"

# Gradio serves this family itself; of its weights only these two files are complete.
_SANS = (fonts.LocalFont("Source Sans Pro", weights=(400, 700)), "ui-sans-serif", "system-ui", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Quiet neutrals, a dark primary button, and a typeface that Gradio serves itself."""
    return gr.themes.Base(
        primary_hue=colors.slate,
        secondary_hue=colors.blue,
        neutral_hue=colors.slate,
        text_size=sizes.text_md,
        spacing_size=sizes.spacing_md,
        radius_size=sizes.radius_md,
        font=_SANS,
        font_mono=_MONO,
    ).set(
        body_background_fill="#f6f7f9",
        body_background_fill_dark="#0e1217",
        body_text_color="#16202c",
        body_text_color_dark="#e6ebf1",
        body_text_color_subdued="#556172",
        body_text_color_subdued_dark="#9aa7b6",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#161c24",
        background_fill_secondary="#f0f2f5",
        background_fill_secondary_dark="#1d2530",
        block_background_fill="#ffffff",
        block_background_fill_dark="#161c24",
        border_color_primary="#dde2e9",
        border_color_primary_dark="#2b3542",
        input_background_fill="#ffffff",
        input_background_fill_dark="#11171e",
        input_border_color="#cbd3dd",
        input_border_color_dark="#364252",
        input_border_color_focus="#2563c9",
        input_border_color_focus_dark="#7db0f5",
        button_primary_background_fill="#16202c",
        button_primary_background_fill_hover="#2a3848",
        button_primary_background_fill_dark="#e6ebf1",
        button_primary_background_fill_hover_dark="#ffffff",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#11171e",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_hover="#f0f2f5",
        button_secondary_background_fill_dark="#161c24",
        button_secondary_background_fill_hover_dark="#232d39",
        button_secondary_border_color="#cbd3dd",
        button_secondary_border_color_dark="#364252",
        button_border_width="1px",
    )


def scripts() -> str:
    """All scripts of the page as one function: each file is a function of its own, and none knows another."""
    files = [path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.js"))]
    return "() => {\n" + "\n".join(f"({text.rstrip().rstrip(';')})();" for text in files) + "\n}"


def page_options() -> dict[str, Any]:
    """Keyword arguments for `gr.mount_gradio_app`: the look, and everything that nobody asked for switched off.

    Also switches Gradio's analytics off for this process, which only the environment can do.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    return {
        "theme": theme(),
        "css_paths": sorted(STATIC.glob("*.css")),
        "js": scripts(),
        "show_error": False,
        "run_history": False,
        "enable_monitoring": False,
        "max_file_size": MAX_BYTES,
        "footer_links": [],
        "ssr_mode": False,
        "mcp_server": False,
        "pwa": False,
    }
