"""A manifest from a pull request, an API that was broken into: their texts stay texts."""

import json

import pytest
from playwright.sync_api import expect

from fakes.exhibition import done, exhibit, place_clip
from fakes.lock_entry import failed
from sora2batch.lockfile.entry import ErrorNote, Output

PAYLOADS = [
    "<script>document.title = 'taken'</script>",
    "</script><script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "<svg/onload=document.title='taken'>",
    '"><iframe srcdoc="<script>parent.document.title=\'taken\'</script>">',
    "javascript:document.title='taken'",
    "<!--<script>",
    "<!-- --!><script>document.title='taken'</script>",
    "]]><script>document.title='taken'</script>",
    "<style>*{display:none}</style>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<a href='javascript:document.title=1' autofocus onfocus=document.title='taken'>x</a>",
    "{{constructor.constructor('document.title=1')()}}",
    "${document.title='taken'}",
    "\\u003cscript\\u003edocument.title='taken'\\u003c/script\\u003e",
    "&lt;script&gt;document.title='taken'&lt;/script&gt;",
    "\u2028document.title='taken'//\u2029",
    "\u202etxt.exe\u202c \x1b]0;taken\x07",
    "'-document.title='taken'-'",
    "$title $policy $data $script ${data}",
    "x" * 5000,
    "https://evil.example/?q=<script>",
]
SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 90000}
"""


def manifest(prompts):
    values = [{"id": f"p{number}", "text": prompt} for number, prompt in enumerate(prompts)]
    jobs = {"hero": {"matrix": {"p": values}, "input": {"prompt": "{{ p.text }}."}}}
    return SHOW + "jobs: " + json.dumps(jobs)


def attempt_of(place, job):
    payload = PAYLOADS[place]
    note = ErrorNote(code=payload[:50], message=payload)
    if place % 2:
        return failed(task_id=payload[:200], error=note)
    file = Output(url="https://h.example/a.mp4", path=payload[:200], sha256="0" * 64, bytes=1)
    return done(job, task_id=payload[:200], outputs=(file,), error=note)


@pytest.fixture
def page(tmp_path, report, open_page, watch):
    watch.forgiven = ("ERR_FILE_NOT_FOUND", "ERR_INVALID_URL", "404")
    exhibition = exhibit(tmp_path, manifest(PAYLOADS), attempt_of)
    picks = tmp_path / "picks.yaml"
    notes = [
        {"key": job.key, "rating": 5, "note": text[:900]}
        for job, text in zip(exhibition.jobs, PAYLOADS, strict=True)
    ]
    picks.write_text(json.dumps({"picks": notes}))
    return open_page(report(exhibition, "--picks", picks), width=1600, height=1200)


def test_no_text_becomes_markup_or_script(page):
    expect(page.locator(".card")).to_have_count(len(PAYLOADS))
    for number in range(len(PAYLOADS)):
        page.click(f"[data-key='hero/p{number}'] .frame")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.keyboard.press("Escape")
    page.click(".budget")
    page.keyboard.press("Escape")
    assert page.title() == "show: gallery"
    assert page.evaluate("document.querySelectorAll('iframe, base, object, embed, form, link').length") == 0
    assert page.evaluate("document.scripts.length") == 2
    assert page.evaluate("document.querySelectorAll('style').length") == 1
    links = page.evaluate("[...document.querySelectorAll('a')].map((one) => one.protocol)")
    assert set(links) <= {"http:", "https:"}


def test_texts_are_shown_as_they_are(page):
    for number in (0, 2, 15, 16):
        page.click(f"[data-key='hero/p{number}'] .frame")
        expect(page.get_by_role("dialog").locator(".fact", has_text="prompt").locator("dd")).to_contain_text(
            PAYLOADS[number]
        )
        page.keyboard.press("Escape")


def test_script_that_got_in_all_the_same_would_not_run(page, watch):
    watch.forgiven = (*watch.forgiven, "Content Security Policy", "TrustedHTML", "TrustedScript", "Refused")
    outcomes = page.evaluate(
        """async () => {
          const tried = (attempt) => { try { attempt(); return 'done'; } catch { return 'refused'; } };
          const script = document.createElement('script');
          const inserted = tried(() => { script.append("document.title = 'taken'"); document.body.append(script); });
          const button = document.createElement('button');
          const attribute = tried(() => button.setAttribute('onclick', "document.title = 'taken'"));
          button.click();
          const markup = tried(() => (document.body.innerHTML = '<b>x</b>'));
          const network = await fetch('https://evil.example').then(() => 'done', () => 'refused');
          return { markup, network, inserted, attribute, title: document.title };
        }"""
    )
    assert outcomes["markup"] == outcomes["network"] == "refused"
    assert outcomes["title"] == "show: gallery", f"neither script nor handler ran: {outcomes}"


def test_a_path_that_leads_out_of_the_folder_is_never_opened(tmp_path, report, open_page, watch):
    paths = [
        "../../secret.mp4",
        "/etc/passwd.mp4",
        "C:\\secret.mp4",
        "a/../../secret.mp4",
        "//evil.example/a.mp4",
    ]

    def told(place, job):
        file = Output(url="https://h.example/a.mp4", path=paths[place], sha256="0" * 64, bytes=1)
        return done(job, outputs=(file,))

    exhibition = exhibit(tmp_path / "inner", manifest(["a", "b", "c", "d", "e"]), told)
    page = open_page(report(exhibition))
    assert page.locator(".card[data-state=no_file]").count() == 5
    assert watch.clips == set()


def test_a_name_of_a_file_cannot_become_an_address(tmp_path, report, open_page, watch):
    names = [
        "javascript:alert(1).mp4",
        "https:evil.example.mp4",
        "data:text,x.mp4",
        "a?b#c.mp4",
        "%2e%2e.mp4",
    ]
    exhibition = exhibit(
        tmp_path,
        manifest(names),
        lambda place, job: done(job, path=names[place]),
        with_clips=False,
    )
    for name in names:
        place_clip(exhibition, exhibition.jobs[0], name=name)
    page = open_page(report(exhibition))
    for number in range(len(names)):
        expect(page.locator(f"[data-key='hero/p{number}'] canvas")).not_to_have_attribute("data-blank", "")
    assert page.locator(".notice").count() == 0
    assert len(watch.clips) == len(names)
