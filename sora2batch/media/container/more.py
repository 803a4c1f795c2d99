"""Pictures that go on after their end, as some telephones write them: with a film, or a maker's notes."""

from __future__ import annotations

from sora2batch.media.container.raster import END_OF_IMAGE, after_segments
from sora2batch.media.container.window import Window
from sora2batch.media.sniff import Container

_PIECE = 1 << 20
_TAIL = 1 << 10
_FILLING = b"\0\t\n\r "
_LAST_CHUNK = b"IEND\xaeB`\x82"
_TRAILER = b"\0\x3b"


def goes_on(file: Window, container: Container) -> bool:
    """Tell whether a picture that does not end where its file does is all there nevertheless."""
    match container:
        case Container.JPEG:
            return _has_end_of_image(file)
        case Container.PNG:
            return _LAST_CHUNK in file.at(0, file.length)
        case Container.GIF:
            # Farther in, these two bytes stand by chance in what is cut short.
            tail = file.at(max(0, file.length - _TAIL), _TAIL)
            return tail.rstrip(_FILLING).endswith(_TRAILER)
        case Container.RIFF:
            return 8 + int.from_bytes(file.at(4, 4), "little") <= file.length
        case _:
            return False


def _has_end_of_image(file: Window) -> bool:
    """Look behind the segments, for a preview among them has an end of its own.

    In what a scan encodes, FF is never followed by D9. Source: ITU-T T.81, section F.1.2.3.
    """
    place = after_segments(file)
    while piece := file.at(place, _PIECE):
        if END_OF_IMAGE in piece:
            return True
        place += max(1, len(piece) - 1)
    return False
