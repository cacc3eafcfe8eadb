"""What an answer says, freed of what differs from one run to the next and of how its template is laid out."""

import json
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any

VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img"),
    *("input", "link", "meta", "source", "track", "wbr"),
}
KEPT_AS_WRITTEN = {"pre", "textarea", "script", "style"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Django's tokens are mixed; a SHA-256 in hex is not.
TOKEN = re.compile(r"\b(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])[0-9A-Za-z]{64}\b")
HASHED_NAME = re.compile(r"(/static/[\w./-]+?)\.[0-9a-f]{8,12}(\.\w+)")
CHALLENGE = re.compile(r'("challenge": ?")[^"]+')
# A new second factor, as words and as a picture.
SECRET = re.compile(r"\b[A-Z2-7]{32}\b|data:image/svg\+xml[^\"]+")
# A key or a password that is shown once, and how a key begins.
SHOWN_ONCE = re.compile(r'data-copy="([\w-]{43}|[\w-]{16})"')
PREFIX = re.compile(r'("prefix": ")[^"]+')
MAIL_ID = re.compile(r"<[0-9a-f]{32}@")
# Not the full-width space, which is written to be seen.
BLANKS = re.compile(r"[ \t\r\n\f]+")
BOUNDARY = re.compile(r"===============\d+==")


class Page(HTMLParser):
    """A document as lines: a line for each tag with its attributes in order, and for each text between two tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.depth = 0
        self.lines: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        said = "".join(f" {attribute(*each)}" for each in sorted(attrs))
        self._add(f"<{tag}{said}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_decl(self, decl: str) -> None:
        self._add(f"<!{decl}>")

    def close(self) -> None:
        super().close()
        self._end_text()

    def _end_text(self) -> None:
        text, self.texts = "".join(self.texts), []
        if not KEPT_AS_WRITTEN.intersection(self.open[-1:]):
            text = BLANKS.sub(" ", text).strip(" ")
        if text.strip(" \t\r\n\f"):
            self._add(text)

    def _add(self, line: str) -> None:
        self.lines.append("  " * len(self.open) + line)


def attribute(name: str, value: str | None) -> str:
    """An attribute in one spelling: white space is one space, classes are in order."""
    if value is None:
        return name
    words = value.split()
    if name == "class":
        words = sorted(set(words))
    if name in ("value", "data-value"):
        return f'{name}="{value}"'
    return f'{name}="{" ".join(words)}"'


def page_lines(text: str) -> str:
    """The document of a page or a fragment, a line for each tag and text."""
    page = Page()
    page.feed(text)
    page.close()
    return "\n".join(page.lines)


class Normaliser:
    """Replaces what a run makes up. known: text in which everything that is no run's own stands."""

    def __init__(self, known: str) -> None:
        self.uuids = set(UUID.findall(known))

    def text(self, text: str) -> str:
        """A text without tokens, new UUIDs and hashed names."""
        text = UUID.sub(self._uuid, text)
        text = TOKEN.sub("<token>", text)
        text = CHALLENGE.sub(r"\1<challenge>", text)
        text = SECRET.sub("<secret>", text)
        text = PREFIX.sub(r"\1<key>", text)
        text = MAIL_ID.sub("<id@", text)
        for shown in SHOWN_ONCE.findall(text):
            text = text.replace(shown, "<shown once>")
        text = BOUNDARY.sub("<boundary>", text)
        return HASHED_NAME.sub(r"\1\2", text)

    def header(self, name: str, value: str) -> str:
        """A header; the directives of a policy stand in order."""
        if name == "Content-Security-Policy":
            value = "; ".join(sorted(value.split("; ")))
        return self.text(value)

    def _uuid(self, found: re.Match[str]) -> str:
        return found[0] if found[0] in self.uuids else "<uuid>"

    def body(self, content: bytes, content_type: str) -> str:
        """A response's body: a document's lines, JSON's, or text; of bytes their number."""
        kind = content_type.partition(";")[0]
        if kind == "text/html":
            return self.text(page_lines(content.decode()))
        if kind.endswith("json"):
            value = json.loads(content or b"null")
            return self.text(
                json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
            )
        if kind == "message/rfc822":
            return self.mail(content)
        try:
            return self.text(content.decode())
        except UnicodeDecodeError:
            return f"<{kind}>"

    def mail(self, content: bytes) -> str:
        """A mail as its headers and the texts of its parts."""
        letter = message_from_bytes(content, policy=policy.default)
        lines = [f"{name}: {value}" for name, value in sorted(letter.items())]
        for part in letter.walk():
            if part.is_multipart():
                continue
            lines.append(f"--- {part.get_content_type()} {part.get_filename() or ''}")
            lines.append(self._part(part))
        return self.text("\n".join(lines))

    def _part(self, part: Any) -> str:
        if part.get_content_type() == "text/html":
            return page_lines(part.get_content())
        if part.get_content_maintype() == "text":
            return part.get_content().replace("\r\n", "\n")
        return f"<{part.get_content_type()}>"

    def row(self, table: str, row: dict[str, Any]) -> str:
        """A row as one line; a mail's bytes as its lines."""
        row = dict(row)
        mail = ""
        if table == "corps_delivery" and row.get("content"):
            mail = "\n" + self.mail(bytes.fromhex(row.pop("content")[2:]))
            row.pop("sha256", None)
            row.pop("mail_id", None)
        for name in row:
            if name in VOLATILE:
                row[name] = "<…>"
        line = json.dumps(row, ensure_ascii=False, sort_keys=True)
        return self.text(line + mail)


# Made up anew each time: keys, hashes of random words.
VOLATILE = {
    *(
        "password",
        "session_key",
        "digest",
        "seal",
        "transaction",
        "session_data",
        "prefix",
    ),
}
