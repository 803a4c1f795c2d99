"""What a page tells, card by card: read back from its columns in the simplest way, and as it was meant."""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path

BLOCK = 256


def data_of(page: str | Path) -> dict:
    """Read the data of a page, or of the file of one."""
    text = page.read_text() if isinstance(page, Path) else page
    return read_data(text.split('id="data">')[1].split("</script>")[0])


def read_data(text: str) -> dict:
    """Read data; a card's files are told with it, instead of their numbers."""
    data = json.loads(text)
    cards = cards_of(data["cards"])
    for card in cards + [card["before"] for card in cards if "before" in card]:
        if "files" in card:
            card["files"] = [[field, data["files"][place]] for field, place in card["files"]]
    return data | {"cards": cards}


def cards_of(table) -> list[dict]:
    rows = table["count"]
    names = [axis for axis, _ in table["labels"]]
    labels = [values(column, rows) for _, column in table["labels"]]
    stems = (
        ["/".join(filter(None, row)) for row in zip(*labels[:-1], strict=True)] if names[1:] else [""] * rows
    )
    keys = continued(stems, values(table["key"], rows))
    digests, known = table["fingerprint"], values(table["known"], rows)
    if isinstance(digests, str):
        digests = [f"sha256:{digests[64 * row : 64 * row + 64]}" for row in range(sum(known))]
    digests = [found[0] if found else None for found in lists(table["known"], rows, digests)]
    needs = lists(table["needs"]["count"], rows, values(table["needs"]["name"], total(table["needs"], rows)))
    told = (values(table["wait"][name], total(table["wait"], rows)) for name in ("reason", "isBlocked"))
    waits = lists(table["wait"]["count"], rows, [*map(list, zip(*told, strict=True))])
    columns = {
        name: values(table[name], rows)
        for name in ("tool", "take", "price", "spent", "isOrphan", "isPast", "change", "kin")
    }
    inputs = records(table["input"], rows)
    fields = values(table["files"]["field"], total(table["files"], rows))
    places = values(table["files"]["place"], total(table["files"], rows))
    files = lists(table["files"]["count"], rows, [*map(list, zip(fields, places, strict=True))])
    results, also = (results_of(table[name], rows, keys) for name in ("result", "alsoPaid"))
    former = table["before"] and lists(table["before"]["count"], rows, cards_of(table["before"]["cards"]))
    cards = []
    for row in range(rows):
        card = {
            "key": keys[row],
            "fingerprint": digests[row],
            "labels": {
                axis: column[row]
                for axis, column in zip(names, labels, strict=True)
                if column[row] is not None
            },
            "tool": columns["tool"][row],
            "input": inputs[row],
            "kin": row - columns["kin"][row],
            "price": columns["price"][row],
            "spent": columns["spent"][row],
        }
        more = {
            "files": files[row],
            "take": columns["take"][row] if columns["take"][row] > 1 else None,
            "result": results[row][0] if results[row] else None,
            "alsoPaid": also[row],
            **{name: columns[name][row] for name in ("isOrphan", "isPast", "change")},
            "before": former[row][0] if former and former[row] else None,
            "needs": needs[row],
            "wait": waits[row][0] if waits[row] else None,
        }
        cards.append(card | present(more))
    return cards


def values(column, rows) -> list:
    if isinstance(column, list):
        return column
    if "is" in column:
        return [column["is"]] * rows
    if "of" in column:
        of = values(column["of"], 1 + max(column["at"]))
        return [of[place] for place in column["at"]]
    texts = []
    for row, place in enumerate(column["at"]):
        start, end, between = column["edits"][place]
        before = texts[-1] if row % BLOCK else b""
        texts.append(before[: 2 * start] + between.encode("utf-16-le") + before[len(before) - 2 * end :])
    return [text.decode("utf-16-le") for text in texts]


def continued(bases, told):
    return [base + one[1:] if one[0] == "+" else one[1:] for base, one in zip(bases, told, strict=True)]


def records(table, rows):
    kinds = values(table["kind"], rows)
    read = [
        iter(
            [
                dict(zip([name for name, _ in fields], row, strict=True))
                for row in rows_of(fields, kinds.count(kind))
            ]
        )
        for kind, fields in enumerate(table["kinds"])
    ]
    return [next(read[kind]) for kind in kinds]


def rows_of(fields, rows):
    return zip(*(values(column, rows) for _, column in fields), strict=True) if fields else [()] * rows


def total(table, rows):
    return sum(values(table["count"], rows))


def lists(count, rows, found):
    ends = [*accumulate(values(count, rows), initial=0)]
    return [found[ends[row] : ends[row + 1]] for row in range(rows)]


def results_of(table, rows, keys):
    keys = [key for key, count in zip(keys, values(table["count"], rows), strict=True) for _ in range(count)]
    names = ("state", "credits", "taskId", "submittedAt", "finishedAt", "error")
    columns = {name: values(table[name], len(keys)) for name in names}
    clips = clips_of(table["clips"], len(keys), keys)
    found = [
        present({**{name: columns[name][row] for name in names}, "clips": clips[row]})
        for row in range(len(keys))
    ]
    return lists(table["count"], rows, found)


def clips_of(table, rows, keys):
    keys = [key for key, count in zip(keys, values(table["count"], rows), strict=True) for _ in range(count)]
    paths = continued(keys, values(table["path"], len(keys)))
    hrefs = [
        href and (table["folder"] + path if href == "+" else href[1:])
        for path, href in zip(paths, values(table["href"], len(keys)), strict=True)
    ]
    more = (values(table[name], len(keys)) for name in ("bytes", "look"))
    told = zip(paths, hrefs, *more, strict=True)
    found = [
        present({"path": path, "href": href, "bytes": size, "look": look}) for path, href, size, look in told
    ]
    return lists(table["count"], rows, found)


def present(fields) -> dict:
    return {name: value for name, value in fields.items() if value}


def meant(gallery) -> list[dict]:
    """What the page's script must see of a gallery's cards."""
    return [_card(card, gallery.links) for card in gallery.cards]


def _card(card, links):
    always = {
        "key": card.key,
        "fingerprint": card.fingerprint,
        "labels": dict(card.labels),
        "tool": card.tool_type,
        "input": card.input,
        "kin": card.kin,
        "price": card.price,
        "spent": card.spent,
    }
    more = {
        "files": [[field, _file(file)] for field, file in card.files],
        "take": card.take if card.take > 1 else None,
        "result": card.result and _result(card.result, links),
        "alsoPaid": [_result(one, links) for one in card.also_paid],
        "isOrphan": card.is_orphan,
        "isPast": card.is_past,
        "change": card.change and card.change.value,
        "needs": [*card.needs],
        "wait": card.wait and [*card.wait],
    }
    return always | present(more | {"before": card.before and _card(card.before, links)})


def _file(sent):
    return present({"file": sent.file, "digest": sent.sha256[:12], "href": sent.href})


def _result(result, links):
    return present(
        {
            "state": result.state.value,
            "credits": result.credits if result.is_paid else 0,
            "taskId": result.task_id,
            "submittedAt": result.submitted_at,
            "finishedAt": result.finished_at,
            "error": result.error and present({"code": result.error.code, "message": result.error.message}),
            "clips": [_clip(output, links) for output in result.outputs],
        }
    )


def _clip(output, links):
    clip = {"path": output.path, "href": links.to(output), "bytes": output.bytes, "look": dict(output.look)}
    return present(clip)
