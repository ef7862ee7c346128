"""Reads the text of a PDF that Qt has written, by its fonts' own tables: proof that letters are letters."""

from __future__ import annotations

import re
import unicodedata
import zlib


def pdf_text(content: bytes) -> list[str]:
    """Every piece of text as it was drawn, in order."""
    assert content.startswith(b"%PDF-")
    objects = {int(m[1]): m[2] for m in re.finditer(rb"(\d+) 0 obj\s(.*?)endobj", content, re.DOTALL)}
    tables = {}
    for number, body in objects.items():
        found = re.search(rb"/ToUnicode (\d+) 0 R", body)
        if found:
            tables[number] = _table(_stream(objects[int(found[1])]))
    names = {m[1]: int(m[2]) for body in objects.values() for m in re.finditer(rb"/(F\d+) (\d+) 0 R", body)}
    pieces = []
    for body in objects.values():
        stream = _stream(body) if b"stream" in body else b""
        for block in re.findall(rb"\bBT\b(.*?)\bET\b", stream, re.DOTALL):
            text, table = "", {}
            for font, glyphs in re.findall(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj", block):
                if font:
                    table = tables[names[font]]
                else:
                    text += "".join(table[glyphs[k : k + 4].lower()] for k in range(0, len(glyphs), 4))
            pieces.append(unicodedata.normalize("NFKC", text).replace("\t", " "))
    return pieces


def pages(content: bytes) -> int:
    """How many there are."""
    return len(re.findall(rb"/Type /Page\b(?!s)", content))


def _stream(body: bytes) -> bytes:
    start = re.search(rb"stream\r?\n", body)
    if start is None:
        return b""
    data = body[start.end() :]
    return zlib.decompressobj().decompress(data) if b"FlateDecode" in body else data


def _table(cmap: bytes) -> dict[bytes, str]:
    def letters(code: bytes) -> str:
        return bytes.fromhex(code.decode()).decode("utf-16-be")

    table = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, code in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            table[glyph.lower()] = letters(code)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, codes in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(\[.*?\]|<[0-9A-Fa-f]+>)", block,
                                             re.DOTALL):
            listed = re.findall(rb"<([0-9A-Fa-f]+)>", codes)
            for k in range(int(last, 16) - int(first, 16) + 1):
                text = letters(listed[k]) if codes.startswith(b"[") else chr(ord(letters(listed[0])) + k)
                table[b"%04x" % (int(first, 16) + k)] = text
    return table
