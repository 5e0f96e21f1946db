"""How every picture of this library looks."""

TEXT_FONTS = ["DejaVu Sans Mono", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "sans-serif"]
