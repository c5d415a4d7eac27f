"""What each content key says."""

import pytest

from clinic_bot.events import Json, Kind
from tests.intake.samples import media, message, received

URL = "https://example.com/f"

CASES: list[tuple[str, dict[str, object], Kind, str, dict[str, Json], str | None]] = [
    ("text", received(text={"message": " oi\nbom dia "}), Kind.TEXT, " oi\nbom dia ", {}, None),
    ("empty text", received(text={"message": ""}), Kind.TEXT, "", {}, None),
    ("text that is a string", received(text="oi"), Kind.TEXT, "oi", {}, None),
    (
        "link, old spelling",
        received(text={"message": "veja", "descritpion": "d", "title": "t", "url": URL}),
        Kind.TEXT,
        "veja",
        {"description": "d", "title": "t", "url": URL},
        None,
    ),
    ("quote", received(referenceMessageId="Q"), Kind.TEXT, "Bom dia", {}, "Q"),
    ("forwarded", received(forwarded=True), Kind.TEXT, "Bom dia", {"forwarded": True}, None),
    (
        "ad",
        received(externalAdReply={"title": "Consulta", "body": "Agende", "sourceType": "ad"}),
        Kind.TEXT,
        "Bom dia",
        {"ad_title": "Consulta", "ad_body": "Agende"},
        None,
    ),
    ("no ad", received(externalAdReply=None), Kind.TEXT, "Bom dia", {}, None),
    (
        "answer to a story",
        received(
            isStatusReply=True, referenceMessageId="S", statusImage={"imageUrl": URL, "caption": "promo"}
        ),
        Kind.TEXT,
        "Bom dia",
        {"status_reply": True, "status_kind": "image", "status_caption": "promo"},
        "S",
    ),
    (
        "audio",
        media(audio={"ptt": True, "seconds": 7, "audioUrl": URL, "mimeType": "audio/ogg; codecs=opus"}),
        Kind.AUDIO,
        "",
        {"url": URL, "mime_type": "audio/ogg; codecs=opus", "seconds": 7, "ptt": True},
        None,
    ),
    (
        "image",
        media(image={"imageUrl": URL, "mimetype": "image/jpeg", "caption": "meu exame", "viewOnce": True}),
        Kind.IMAGE,
        "meu exame",
        {"url": URL, "mime_type": "image/jpeg", "view_once": True},
        None,
    ),
    (
        "image without its file",
        media(image={"caption": None, "downloadError": "x"}),
        Kind.IMAGE,
        "",
        {},
        None,
    ),
    ("image of a wrong type", media(image="x"), Kind.IMAGE, "", {}, None),
    (
        "image beside a text",
        received(image={"imageUrl": URL, "caption": "exame"}),
        Kind.IMAGE,
        "exame\nBom dia",
        {"url": URL},
        None,
    ),
    ("video", media(video={"videoUrl": URL, "caption": "v"}), Kind.VIDEO, "v", {"url": URL}, None),
    (
        "document",
        media(document={"documentUrl": URL, "title": "nome", "fileName": "nome.pdf", "pageCount": 2}),
        Kind.DOCUMENT,
        "",
        {"url": URL, "title": "nome", "file_name": "nome.pdf", "page_count": 2},
        None,
    ),
    ("sticker", media(sticker={"stickerUrl": URL}), Kind.STICKER, "", {"url": URL}, None),
    (
        "location",
        media(location={"latitude": "-23.5", "longitude": -46.6, "name": "Casa", "address": "", "url": ""}),
        Kind.LOCATION,
        "",
        {"latitude": -23.5, "longitude": -46.6, "name": "Casa"},
        None,
    ),
    (
        "contact",
        media(contact={"displayName": "Bia", "phones": ["5511990000002"]}),
        Kind.CONTACT,
        "",
        {"display_name": "Bia", "phones": ["5511990000002"]},
        None,
    ),
    (
        "contact with its card alone",
        media(contact={"vCard": "BEGIN:VCARD\nFN:Bia Lima\nTEL;waid=5511990000002:+55 11\nEND:VCARD"}),
        Kind.CONTACT,
        "",
        {"display_name": "Bia Lima", "phones": ["5511990000002"]},
        None,
    ),
    (
        "several contacts",
        media(contacts=[{"displayName": "Bia"}, {"displayName": "Rui"}, 3]),
        Kind.CONTACT,
        "",
        {"display_name": "Bia, Rui"},
        None,
    ),
    (
        "reaction",
        media(reaction={"value": "❤️", "referencedMessage": {"messageId": "T", "fromMe": True}}),
        Kind.REACTION,
        "❤️",
        {"from_me": True},
        "T",
    ),
    ("reaction taken back", media(reaction={"value": ""}), Kind.REACTION, "", {"from_me": False}, None),
    (
        "button",
        media(referenceMessageId="P", buttonsResponseMessage={"buttonId": "2", "message": "14h20"}),
        Kind.CHOICE,
        "14h20",
        {"label": "14h20", "option_id": "2"},
        "P",
    ),
    (
        "row of a list",
        media(listResponseMessage={"title": "14h20", "message": "com Dra. Lia", "selectedRowId": "1"}),
        Kind.CHOICE,
        "14h20",
        {"title": "14h20", "description": "com Dra. Lia", "option_id": "1"},
        None,
    ),
    (
        "poll",
        media(poll={"question": "Qual?", "pollMaxOptions": 0, "options": [{"name": "a"}, {"name": "b"}]}),
        Kind.POLL,
        "Qual?",
        {"options": ["a", "b"], "max_options": 0},
        None,
    ),
    (
        "vote",
        media(pollVote={"pollMessageId": "P", "options": [{"name": "a"}, {"name": "b"}]}),
        Kind.POLL_VOTE,
        "a, b",
        {"options": ["a", "b"]},
        "P",
    ),
    ("vote taken back", media(pollVote={"options": []}), Kind.POLL_VOTE, "", {"options": []}, None),
    (
        "template",
        media(
            hydratedTemplate={"message": "m", "hydratedButtons": [{"urlButton": {"displayText": "Abrir"}}]}
        ),
        Kind.TEMPLATE,
        "m",
        {"buttons": ["Abrir"]},
        None,
    ),
    (
        "cart, old key",
        media(orders={"message": "quero", "itemCount": 1}),
        Kind.ORDER,
        "quero",
        {"item_count": 1},
        None,
    ),
    (
        "pix",
        media(pixKeyMessage={"key": "chave", "keyType": "EVP", "currency": "BRL", "merchantName": "Pix"}),
        Kind.PAYMENT,
        "",
        {"what": "pix_key", "currency": "BRL", "key": "chave", "key_type": "EVP", "name": "Pix"},
        None,
    ),
    (
        "payment",
        media(sendPayment={"paymentInfo": {"value": 1, "currencyCode": "BRL", "status": "COMPLETE"}}),
        Kind.PAYMENT,
        "",
        {"what": "sent", "value": 1, "currency": "BRL", "status": "COMPLETE"},
        None,
    ),
    (
        "a key from the future",
        media(hologram={"a": 1}),
        Kind.UNSUPPORTED,
        "",
        {"content_key": "hologram"},
        None,
    ),
    ("nothing", received(text=None), Kind.UNSUPPORTED, "", {}, None),
]


@pytest.mark.parametrize(
    ("payload", "kind", "text", "detail", "quoted"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_content(
    payload: dict[str, object], kind: Kind, text: str, detail: dict[str, Json], quoted: str | None
) -> None:
    content = message(payload).content
    assert (content.kind, content.text, dict(content.detail), content.quoted_id) == (
        kind,
        text,
        detail,
        quoted,
    )


def test_what_cannot_be_stored_is_taken_out_of_a_text() -> None:
    content = message(received(text={"message": "a\x00b\ud800c\x07\r\nd\te\u200d👩‍⚕️"})).content
    assert content.text == "abc\nd\te\u200d👩‍⚕️"


def test_a_very_long_text_is_kept() -> None:
    assert len(message(received(text={"message": "a" * 500_000})).content.text) == 500_000


def test_a_number_that_is_no_number_is_left_out() -> None:
    content = message(media(location={"latitude": float("nan"), "longitude": float("inf")})).content
    assert content.detail == {}


@pytest.mark.parametrize(
    ("name", "mime_type", "kind"),
    [
        ("IMG_1.JPG", "image/jpeg", Kind.IMAGE),
        ("IMG_1.heic", "image/heic", Kind.IMAGE),
        ("foto.png", None, Kind.IMAGE),
        ("foto.png", "application/octet-stream", Kind.IMAGE),
        ("voz.mp3", "Audio/MPEG; x=1", Kind.AUDIO),
        ("v.mov", "video/quicktime", Kind.VIDEO),
        ("foto.png", "application/pdf", Kind.DOCUMENT),
        ("guia.pdf", "application/octet-stream", Kind.DOCUMENT),
        ("png", None, Kind.DOCUMENT),
        (7, ["image/png"], Kind.DOCUMENT),
    ],
)
def test_a_file_is_what_its_type_says_or_else_its_name(name: object, mime_type: object, kind: Kind) -> None:
    sent = {"documentUrl": URL, "fileName": name, "mimeType": mime_type, "caption": "segue"}
    content = message(media(document=sent)).content
    assert (content.kind, content.text, content.detail["url"]) == (kind, "segue", URL)
    assert content.detail.get("file_name") == (name if isinstance(name, str) else "7")
