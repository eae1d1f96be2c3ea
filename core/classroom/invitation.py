"""The invitation to a class as a picture: QR code, code and address, legible from the back row."""

from html import escape

from core.classroom.classroom import ClassroomError

# Lengths in the picture's own unit; it is scaled to its place on the page.
WIDTH, HEIGHT = 1000, 340
_QR_SIDE = 300
_MARGIN = 20
# White around the squares, in squares, that a camera needs to find them (ISO/IEC 18004).
_QUIET = 4
_MAX_ADDRESS = 600
_TEXT_WIDTH = 620
# Characters of a host that would be wider than that.
_LONG_HOST = 32


def invitation(address: str, code: str) -> str:
    """Return the invitation as SVG, black on white in every theme, as a camera needs it.

    Parameters
    ----------
    address : str
        That students open.
    code : str

    Returns
    -------
    str

    Raises
    ------
    ClassroomError
        If the address is too long for a QR code that a camera reads across a room.
    """
    host = address.partition("://")[2].partition("/")[0]
    text_x = _QR_SIDE + 2 * _MARGIN
    squeezed = f'textLength="{_TEXT_WIDTH}" lengthAdjust="spacingAndGlyphs"'
    host_width = squeezed if len(host) > _LONG_HOST else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="16" fill="#fff"/>'
        f"{_qr_code(address)}"
        f'<g fill="#0d151d" font-family="sans-serif">'
        f'<text x="{text_x}" y="70" font-size="36" {host_width}>{escape(host)}</text>'
        f'<text x="{text_x}" y="225" font-size="164" font-weight="bold" {squeezed}>{escape(code)}</text>'
        f'<text x="{text_x}" y="305" font-size="36">Scan, or type the code on Class</text>'
        "</g></svg>"
    )


def _qr_code(address: str) -> str:
    """Return the squares of a QR code as SVG."""
    if len(address) > _MAX_ADDRESS:
        raise ClassroomError("The address of this server is too long for a QR code. Use the code.")
    # Imported here because only a class needs it.
    import segno

    rows = segno.make(address, error="m", micro=False).matrix
    scale = _QR_SIDE / (len(rows) + 2 * _QUIET)
    squares = "".join(
        f"M{column + _QUIET} {line + _QUIET}h1v1h-1z"
        for line, row in enumerate(rows)
        for column, dark in enumerate(row)
        if dark
    )
    move = f"translate({_MARGIN} {_MARGIN}) scale({scale:.4f})"
    return f'<path transform="{move}" d="{squares}" fill="#000" shape-rendering="crispEdges"/>'
