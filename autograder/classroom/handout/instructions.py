"""The one page that comes with a hand-out: how to begin in Lab, VS Code and Colab, on Windows and macOS."""

from __future__ import annotations

import html

NAME = "START_HERE.html"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: start here</title>
<style>
body {{ font: 1rem/1.55 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24;
  background: #fff }}
h1, h2 {{ line-height: 1.25 }}
h2 {{ margin-top: 2rem }}
pre {{ background: #f3f4f6; border: 1px solid #d0d4da; border-radius: 4px; padding: .6rem .8rem;
  white-space: pre-wrap; overflow-wrap: anywhere }}
code {{ font: .92em ui-monospace, Consolas, monospace }}
li {{ margin: .3rem 0 }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e6e8eb; background: #14171a }}
  pre {{ background: #1e2328; border-color: #3a4149 }}
}}
</style>
<h1>{title}</h1>
<p>Unpack this zip first, into a folder that stays: your work will be in it. You need Python {pythons}
(<code>python --version</code> says which you have; it is free at python.org).</p>

<h2>Once: install the course</h2>
<p>Open a terminal in the unpacked folder, where this page lies.</p>
<p><strong>Windows</strong> (in the Explorer, Shift and right click into the folder: Open in Terminal):</p>
<pre><code>py -m venv .venv
.venv\\Scripts\\python -m pip install "{wheel}[lab]"</code></pre>
<p><strong>macOS and Linux</strong> (macOS: right click on the folder, Services, New Terminal at Folder):</p>
<pre><code>python3 -m venv .venv
.venv/bin/python -m pip install "./{wheel}[lab]"</code></pre>
<p>For lectures and exercises that train with Keras write <code>[lab,training]</code> in place of <code>[lab]</code>:
TensorFlow is some 600 MB.</p>

<h2>Work</h2>
<ul>
<li><strong>JupyterLab</strong>: <code>.venv\\Scripts\\jupyter lab {folder}\\start.ipynb</code> on Windows,
<code>.venv/bin/jupyter lab {folder}/start.ipynb</code> elsewhere.</li>
<li><strong>VS Code</strong> with its extensions Python and Jupyter: open this folder, then <code>{notebook}</code>; top
right choose the kernel <code>.venv</code>.</li>
<li><strong>Colab</strong> keeps no files when you leave. Upload <code>{tp}.ipynb</code> (File, Upload notebook), and,
under Files on the left, <code>{wheel}</code> and the other files of <code>{folder}/{tp}</code>. Put a cell above all
others with <code>%pip install -q {wheel}</code> and run it. Download the notebook before you leave.</li>
</ul>
<p>In the notebook write in place of <code># YOUR CODE HERE</code>, run the cell, and run the check below it, as often
as you like. Links in it lead to the lectures.</p>

<h2>Hand in</h2>
<p>Save, and hand in the one file <code>{notebook}</code>. Do not rename it, and leave all checks in it.</p>

<h2>If there is a correction</h2>
<p>You get a new zip. Do not unpack it over your folder. Give it to the course, which renews the texts, points and
checks and keeps all that you have written (<code>.venv\\Scripts\\course</code> on Windows):</p>
<pre><code>.venv/bin/course update THE_NEW.zip {folder}</code></pre>
</html>
"""


def page(title: str, tp: str, folder: str, wheel: str) -> str:
    """The page of a TP. folder: the name of the folder with the notebooks; wheel: that of the course's package."""
    words = {"title": title, "tp": tp, "folder": folder, "wheel": wheel, "notebook": f"{folder}/{tp}/{tp}.ipynb"}
    return PAGE.format(pythons="3.11, 3.12 or 3.13", **{key: html.escape(text) for key, text in words.items()})
