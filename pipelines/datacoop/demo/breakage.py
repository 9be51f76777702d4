"""Every way to break a row that data alone can cause, with the reason code to expect.

The size limit of a row is 64 KiB here, lower than a member would be given, so that a row
over it fits into a demo.
"""

from collections.abc import Callable
from dataclasses import dataclass

from datacoop.demo.encode import Line
from datacoop.demo.rows import Row, text_of

Values = dict[str, object]

ROW_LIMIT_BYTES = 64 * 1024
TEXT_LIMIT = 20_000
"""Longest text in characters that validation lets pass."""
_LONG = TEXT_LIMIT * 3 // 2
"""Characters of a text that stays too long when masks have taken the place of names."""

_ALL = frozenset({"jsonl", "csv", "tsv", "parquet", "arrow", "text"})
_TYPED = frozenset({"jsonl", "parquet", "arrow"})
_BYTES = frozenset({"jsonl", "csv", "tsv", "text"})
_TABLES = frozenset({"csv", "tsv"})
_JSON = frozenset({"jsonl"})

_FOREIGN = (
    "Ayer por la tarde llamé a la oficina, pero nadie contestó al teléfono durante más de una "
    "hora. Por eso les escribo ahora y les ruego que revisen los papeles que entregué en la "
    "ventanilla hace tres semanas. Me dijeron que la respuesta llegaría pronto, y todavía no he "
    "recibido ninguna carta. Muchas gracias por su atención y por su paciencia.",
    "Wczoraj po południu dzwoniłem do urzędu, ale przez ponad godzinę nikt nie odbierał "
    "telefonu. Dlatego piszę teraz i proszę o sprawdzenie dokumentów, które złożyłem w okienku "
    "trzy tygodnie temu. Powiedziano mi, że odpowiedź przyjdzie wkrótce, a do dziś nie "
    "dostałem żadnego listu. Bardzo dziękuję za pomoc i za cierpliwość.",
)
_SYMBOLS = "0417 // 88.20 ### 17.5 | 22.1 | 19.8 == 4/7/11 -> 360 %% [3] {12} ~~ 0x1F ;; 55-66-77 "


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One way to break a row."""

    reason: str
    formats: frozenset[str]
    """Formats that can carry such a row."""
    change: Callable[[Values], Values] | None = None
    spoil_bytes: Callable[[bytes], bytes] | None = None
    spoil_fields: Callable[[list[str]], list[str]] | None = None
    collections: frozenset[str] = frozenset({"documents", "dialogues", "classification"})


def break_row(row: Row, cause: Cause) -> Line:
    """Make a broken line out of a sound row."""
    return Line(
        values=cause.change(row.values) if cause.change else row.values,
        spoil_bytes=cause.spoil_bytes,
        spoil_fields=cause.spoil_fields,
    )


def _prose_column(values: Values) -> str:
    return "turns" if "turns" in values else "text"


def _say(values: Values, text: str, turns: int = 4) -> Values:
    """Give the row another text, cut into as many turns as asked where it has turns."""
    if "turns" not in values:
        return {**values, "text": text}
    size = -(-len(text) // turns)
    cut = [text[i * size : (i + 1) * size] for i in range(turns)]
    return {**values, "turns": [{"speaker": f"{i % 2 + 1}", "text": t} for i, t in enumerate(cut)]}


def _lengthen(values: Values, fits: Callable[[str], bool]) -> Values:
    unit = text_of(values) + " "
    count = 1
    while not fits(unit * count):
        count += 1
    return _say(values, unit * count)


def _is_over_row_limit(text: str) -> bool:
    return len(text.encode()) > ROW_LIMIT_BYTES


def _put_nul(values: Values) -> Values:
    head, _, tail = text_of(values).partition(". ")
    return _say(values, f"{head}.\x00 {tail}")


def _without_prose(values: Values) -> Values:
    return {name: value for name, value in values.items() if name != _prose_column(values)}


def _first_turn(values: Values) -> Values:
    return _say(values, text_of(values).replace("\n", " "), turns=1)


def _set(values: Values, value: object) -> Values:
    return {**values, _prose_column(values): value}


def _cut_last_byte(content: bytes) -> bytes:
    return content[:-1]


def _put_latin_1(content: bytes) -> bytes:
    head, _, tail = content.rpartition(b" ")
    return head + b" \xe9t\xe9 " + tail


CAUSES: dict[str, Cause] = {
    "not_utf8": Cause(reason="ingest.not_utf8", formats=_BYTES, spoil_bytes=_put_latin_1),
    "broken_json": Cause(reason="ingest.bad_json", formats=_JSON, spoil_bytes=_cut_last_byte),
    "not_object": Cause(
        reason="ingest.bad_json", formats=_JSON, spoil_bytes=lambda content: b"[" + content + b"]"
    ),
    "column_missing": Cause(reason="ingest.column_missing", formats=_JSON, change=_without_prose),
    "null_required": Cause(
        reason="ingest.column_missing", formats=_TYPED, change=lambda v: _set(v, None)
    ),
    "column_unknown": Cause(
        reason="ingest.column_unknown", formats=_JSON, change=lambda v: {**v, "memo": "internal"}
    ),
    "wrong_type": Cause(reason="ingest.wrong_type", formats=_JSON, change=lambda v: _set(v, 4711)),
    "nul_character": Cause(
        reason="ingest.control_character", formats=_TYPED | {"text"}, change=_put_nul
    ),
    "row_too_large": Cause(
        reason="ingest.row_too_large",
        formats=_ALL,
        change=lambda v: _lengthen(v, _is_over_row_limit),
    ),
    "fields_few": Cause(
        reason="ingest.columns_changed", formats=_TABLES, spoil_fields=lambda f: f[:-1]
    ),
    "fields_many": Cause(
        reason="ingest.columns_changed", formats=_TABLES, spoil_fields=lambda f: [*f, "7"]
    ),
    "spanish": Cause(
        reason="ingest.language_mismatch", formats=_ALL, change=lambda v: _say(v, _FOREIGN[0])
    ),
    "polish": Cause(
        reason="ingest.language_mismatch", formats=_ALL, change=lambda v: _say(v, _FOREIGN[1])
    ),
    # An empty CSV field could as well mean null, so that no one reason could be expected.
    "text_empty": Cause(
        reason="validate.text_too_short", formats=_TYPED, change=lambda v: _say(v, "")
    ),
    "text_short": Cause(
        reason="validate.text_too_short", formats=_ALL, change=lambda v: _say(v, "n.a.")
    ),
    "text_long": Cause(
        reason="validate.text_too_long",
        formats=_ALL,
        change=lambda v: _lengthen(v, lambda text: len(text) > _LONG),
    ),
    "not_prose": Cause(
        reason="validate.text_not_prose", formats=_ALL, change=lambda v: _say(v, _SYMBOLS * 4)
    ),
    "class_unknown": Cause(
        reason="validate.class_unknown",
        formats=_ALL,
        change=lambda v: {**v, "class": "lost_property"},
        collections=frozenset({"classification"}),
    ),
    "one_turn": Cause(
        reason="validate.too_few_turns",
        formats=_TYPED,
        change=_first_turn,
        collections=frozenset({"dialogues"}),
    ),
}

FILE_TRUNCATED = "ingest.file_truncated"
FILE_UNREADABLE = "ingest.file_unreadable"
FILE_EMPTY = "ingest.file_empty"
NOT_PARQUET = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10" + bytes(180)
"""What a picture looks like that somebody renamed to `.parquet`."""
