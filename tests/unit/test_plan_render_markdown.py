from __future__ import annotations

import re
from textwrap import dedent

import pytest
from markdown_it import MarkdownIt

from fakes.building import entry_of, job_of, plan_of
from fakes.lock_entry import completed, failed, in_doubt
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.plan.compare import compare
from sora2batch.plan.render_markdown import plan_markdown

COMMENT_LIMIT = 65_536
OWN_HTML = re.compile(r"(?:</?details>\n|<summary>[\w ,]+</summary>\n)+")
FOX, OWL, CAT = job_of("fox"), job_of("owl", credits=2100), job_of("cat")

HOSTILE = [
    "a | b || c",
    "a \\| b \\\\| c \\",
    "`code` ``more`` ``` | `",
    "`",
    "<img src=x onerror=alert(1)> <!-- --> </table>",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example me@evil.example",
    "@octocat #1 GH-1 octo/repo#2 0123456789abcdef0123456789abcdef01234567",
    "&lt;b&gt; &#64;octocat &vert; &#124;",
    "**bold** _it_ ~~no~~ # head\n\n# head\n- item\n\n| x | y |",
    "\u202egnp.exe\u2066 \x1b[2J\x00",
    "$x$ $$y$$ :tada:",
]


def lines(text: str) -> list[str]:
    return dedent(text).removeprefix("\n").removesuffix("\n").split("\n")


def code_texts(rows: list[str]) -> list[str]:
    """What stands in code spans, and the proof that nothing else became of strangers' words."""
    tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(rows))
    inline = [child for token in tokens for child in token.children or ()]
    assert all(OWN_HTML.fullmatch(token.content) for token in tokens if token.type == "html_block")
    assert {child.type for child in inline} <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "softbreak",
    }
    return [child.content for child in inline if child.type == "code_inline"]


def cells_by_row(rows: list[str]) -> list[int]:
    """How many cells each row of every table has."""
    tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(rows))
    counts: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            counts.append(0)
        elif token.type in {"td_open", "th_open"}:
            counts[-1] += 1
    return counts


def test_a_plan_is_a_heading_the_money_and_a_table_of_what_will_happen():
    entries = (
        entry_of(FOX, completed()),
        entry_of(CAT, failed(error=ErrorNote(message="no"))),
        entry_of(job_of("gone"), in_doubt()),
    )
    plan = plan_of(FOX, CAT, OWL, entries=entries, notices=("look out",))
    assert list(plan_markdown(plan)) == lines("""
        ### Plan for `campaign.yaml`

        **2,100 credits to spend**: 1 to submit, 1 finished, 1 failed.

        | budget | spent | in doubt | to spend | remaining | |
        |---:|---:|---:|---:|---:|---|
        | 10,000 | 1,260 | 420 | 2,100 | 6,640 | within budget |

        | action | job | credits | why |
        |---|---|---:|---|
        | submit | `hero/owl` | 2,100 | `not in the lockfile` |
        | failed | `hero/cat` | 420 | `the generation failed: no; --retry-failed submits it again for 420 credits` |

        1 orphan in the lockfile, no longer in the manifest: 1 in doubt; 420 credits; kept.

        <details>
        <summary>1 orphan</summary>

        | orphan | credits | state |
        |---|---:|---|
        | `hero/gone` | 420 | in_doubt |

        </details>

        - **Notice:** `look out`

    """)


def test_a_comparison_stands_before_the_jobs():
    comparison = compare("main", [FOX, CAT], [job_of("fox", mode="pro", credits=2100), OWL])
    plan = plan_of(job_of("fox", mode="pro", credits=2100), OWL, budget=4000)
    assert list(plan_markdown(plan, comparison)) == lines("""
        ### Plan for `campaign.yaml`

        **4,200 credits to spend**: 2 to submit.

        | budget | spent | in doubt | to spend | remaining | |
        |---:|---:|---:|---:|---:|---|
        | 4,000 | 0 | 0 | 4,200 | -200 | **over budget by 200** |

        #### Since `main`

        The whole batch costs 4,200 credits, **+3,360** against 840 before; requests that are new cost 4,200.

        | change | job | difference | what |
        |---|---|---:|---|
        | added | `hero/owl` | +2,100 | `a owl` |
        | replaced | `hero/fox` | +1,680 | `input.mode: "std" → "pro"` |
        | removed | `hero/cat` | -420 | `a cat` |

        | action | jobs | credits | why |
        |---|---|---:|---|
        | submit × 2 | `hero/…` | 4,200 | `not in the lockfile` |

        <details>
        <summary>2 jobs, one by one</summary>

        | action | job | credits | what |
        |---|---|---:|---|
        | submit | `hero/fox` | 2,100 | `a fox` |
        | submit | `hero/owl` | 2,100 | `a owl` |

        </details>

    """)


def test_equal_changes_are_one_row_and_the_jobs_are_folded_away():
    before = [job_of(f"fox-{number}") for number in range(40)]
    after = [job_of(f"fox-{number}", mode="pro", credits=2100) for number in range(40)]
    other = job_of("owl", group="side", duration=10)
    rows = list(plan_markdown(plan_of(*after, other, budget=10**6), compare("main", before, [*after, other])))
    seen = [row for row in rows if row.startswith("| ")][2:]
    assert seen[:3] == [
        "| change | jobs | difference | what |",
        "| added | `side/owl` | +420 | `a owl` |",
        '| replaced × 40 | `hero/…` | +67,200 | `input.mode: "std" → "pro"` |',
    ]
    assert rows.count("<details>") == rows.count("</details>") == 2
    folded = rows[rows.index("<details>") : rows.index("</details>")]
    assert "<summary>41 changes, one by one</summary>" in folded
    assert '| replaced | `hero/fox-7` | +1,680 | `input.mode: "std" → "pro"` |' in folded


def test_what_happens_for_different_reasons_stays_apart():
    entries = (entry_of(FOX, completed()), entry_of(CAT, failed()))
    plan = plan_of(FOX, OWL, CAT, job_of("elk"), entries=entries, fault="a.mp4 is missing")
    rows = list(plan_markdown(plan))
    actions = [row.split(" | ")[0] for row in rows[: rows.index("<details>")]]
    assert [one for one in actions if one.startswith(("| submit", "| failed", "| download"))] == [
        "| submit × 2",
        "| failed",
        "| download",
    ]


def test_a_rename_costs_nothing():
    comparison = compare("main", [job_of("fox", group="old")], [FOX])
    assert "| renamed | `hero/fox` | 0 | `was old/fox` |" in list(plan_markdown(plan_of(FOX), comparison))


def test_no_change_is_said():
    rows = list(plan_markdown(plan_of(FOX), compare("main", [FOX], [FOX])))
    assert "No job changed." in rows


def test_a_finished_batch_has_nothing_to_do_and_still_shows_its_orphans():
    entries = (entry_of(FOX, completed()), entry_of(OWL, completed()))
    rows = list(plan_markdown(plan_of(FOX, entries=entries)))
    assert "Nothing to do: every job is finished." in rows
    assert "| `hero/owl` | 420 | completed |" in rows


def test_jobs_that_only_wait_are_not_called_finished():
    rows = list(plan_markdown(plan_of(FOX, limit=0)))
    assert "Nothing to do: no jobs." in rows


def test_what_costs_stands_before_what_does_not():
    entries = (entry_of(FOX, failed()), entry_of(CAT, in_doubt()))
    rows = [row for row in plan_markdown(plan_of(FOX, CAT, OWL, entries=entries)) if "`hero/" in row]
    assert [row.split(" | ")[0] for row in rows] == ["| submit", "| in_doubt", "| failed"]


@pytest.mark.parametrize("text", HOSTILE)
def test_strangers_words_stay_words_in_every_place(text):
    job = job_of("fox", prompt=text, labels=())
    before, edited = (job_of("cat", prompt=prompt, seed=1) for prompt in (text, f"{text}!"))
    entries = (
        entry_of(job, failed(error=ErrorNote(message=text))),
        entry_of(job_of("gone"), completed(), key=text),
        entry_of(before, completed()),
    )
    comparison = compare(text, [before], [job, edited])
    rows = list(plan_markdown(plan_of(job, edited, entries=entries, notices=(text,)), comparison))
    assert all("\n" not in row for row in rows)
    assert "".join(rows).isprintable()
    assert cells_by_row(rows) == [6, 6, 4, 4, 4, 4, 4, 4, 3, 3, 3]
    code_texts(rows)


@pytest.mark.parametrize(
    "text", ["a | b || c", "`code` ``more`` x", "`", "&lt;b&gt; @octocat <b> **x**", "ends with \\"]
)
def test_strangers_words_are_shown_as_they_are(text):
    job = job_of("fox")
    entry = entry_of(job, failed(error=ErrorNote(message=text)))
    texts = code_texts(list(plan_markdown(plan_of(job, entries=(entry,), notices=(text,)))))
    assert texts[0] == "campaign.yaml"
    assert texts[2].startswith(f"the generation failed: {text}")
    assert texts[3].strip() == text


def test_a_backslash_before_a_pipe_cannot_open_a_cell():
    job = job_of("fox")
    entry = entry_of(job, failed(error=ErrorNote(message="a\\|b")))
    (row,) = [row for row in plan_markdown(plan_of(job, entries=(entry,))) if "`hero/fox`" in row]
    assert r"a\ \|b" in row


def test_a_text_without_anything_visible_leaves_its_cell_empty():
    rows = list(plan_markdown(plan_of(FOX), compare("main", [], [job_of("fox", prompt="\u200b")])))
    assert "| added | `hero/fox` | +420 |  |" in rows


def test_a_prompt_that_is_no_text_is_not_shown():
    rows = list(plan_markdown(plan_of(FOX), compare("main", [], [job_of("fox", prompt=["x"])])))
    assert "| added | `hero/fox` | +420 |  |" in rows


def test_a_table_is_cut_at_a_hundred_rows_and_tells_the_rest():
    jobs = [job_of(f"j{number:03}") for number in range(131)]
    rows = list(plan_markdown(plan_of(*jobs, budget=10**6)))
    assert sum("| submit |" in row for row in rows) == 100
    assert "… and 31 more jobs." in rows


def test_a_comment_is_never_too_long_for_github():
    wide = "|\\" * 5000
    jobs = [job_of(f"{number}{'k' * 300}", prompt=wide) for number in range(300)]
    gone = [job_of(f"g{number}") for number in range(300)]
    entries = tuple(
        entry_of(job, failed(error=ErrorNote(message=wide)), key=f"{wide[:900]}{number}")
        for number, job in enumerate([*jobs, *gone])
    )
    plan = plan_of(*jobs, entries=entries, notices=(wide,) * 50)
    text = "\n".join(plan_markdown(plan, compare(wide, [], jobs)))
    assert len(text) < COMMENT_LIMIT
    for noun in ("changes", "jobs", "orphans"):
        assert f" more {noun}." in text


def test_a_contact_sheet_is_linked_under_the_money():
    rows = list(plan_markdown(plan_of(FOX), sheet="spring (draft) [1].sheet.png"))
    line = "[Contact sheet](spring%20%28draft%29%20%5B1%5D.sheet.png) of the clips so far."
    assert rows[rows.index(line) - 1] == rows[rows.index(line) + 1] == ""
    html = MarkdownIt("commonmark").enable("table").render("\n".join(rows))
    assert '<a href="spring%20%28draft%29%20%5B1%5D.sheet.png">Contact sheet</a> of the clips so far.' in html
    assert "Contact sheet" not in "".join(plan_markdown(plan_of(FOX)))
