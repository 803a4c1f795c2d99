"""The page at ``/``: what this server is, for whoever opens it in a browser."""

from __future__ import annotations

from html import escape

from sora2batch.simulator.picture import sample_url
from sora2batch.simulator.scene.index import SAMPLES
from sora2batch.simulator.service import ALWAYS_FAILS, ALWAYS_REFUSED, SimulatedService

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; margin-bottom: .25rem; }
code { font: .9em ui-monospace, monospace; background: #8882; padding: .1em .35em; border-radius: .3em; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem; padding: 0; }
figure { margin: 0; }
img { width: 100%; border-radius: .6rem; display: block; aspect-ratio: 16 / 9; }
figcaption { font-size: .8rem; opacity: .75; overflow-wrap: anywhere; padding-top: .3rem; }
"""


def home_page(home: str, service: SimulatedService) -> str:
    """Write the page."""
    pictures = "\n".join(_figure(name) for name in SAMPLES)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sora2batch simulator</title>
<style>{_STYLE}</style>
<h1>sora2batch simulator</h1>
<p>This server speaks the SJinn API. It spends nothing: every clip is drawn on this machine.</p>
<ul>
<li>API: <code>{escape(home)}/api/un-api</code> &ndash; set <code>SORA2BATCH_API_URL</code> to it;
any key will do that does not begin with <code>wrong</code>.</li>
<li>So far: {len(service.charges):,} tasks; {service.balance:,} credits left.</li>
<li>A prompt with <code>{ALWAYS_FAILS}</code> is charged and fails; one with <code>{ALWAYS_REFUSED}</code> is
refused; <code>[black]</code>, <code>[frozen]</code>, <code>[silent]</code>, <code>[short]</code> or
<code>[shape]</code> spoils the clip in that way.</li>
</ul>
<h2>Sample pictures</h2>
<p>These addresses work as <code>image</code>; one on this machine is fetched, as the API
would; any other gets a picture drawn from its URL.</p>
<div class="grid">
{pictures}
</div>
</html>
"""


def _figure(name: str) -> str:
    caption = f"<figcaption>{sample_url(name)}</figcaption>"
    return f'<figure><img src="/samples/{name}.jpg" alt="{name}" loading="lazy">{caption}</figure>'
