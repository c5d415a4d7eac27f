"""What each content key of a payload holds: one reader a key, and the order in which the keys decide."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from clinic_bot.events import Json, Kind
from clinic_bot.intake.fields import flag, ident, label, names, number, part, some, words

Fields = Mapping[str, object]


class Read(NamedTuple):
    """What a reader made of one content key; ``quoted`` when the key itself says what it is about."""

    kind: Kind
    text: str
    detail: dict[str, Json]
    quoted: str | None = None


def read_text(value: object) -> Read:
    if not isinstance(value, dict):
        return Read(Kind.TEXT, words(value), {})
    text = words(value.get("message"))
    if len(value) == 1:
        return Read(Kind.TEXT, text, {})
    detail = some(
        title=label(value.get("title")),
        description=label(value.get("description")) or label(value.get("descritpion")),
        url=label(value.get("url")),
    )
    return Read(Kind.TEXT, text, detail)


def _media(fields: Fields, url: str) -> dict[str, Json]:
    return some(
        url=label(fields.get(url)),
        mime_type=label(fields.get("mimeType")) or label(fields.get("mimetype")),
        seconds=number(fields.get("seconds")),
        view_once=flag(fields.get("viewOnce")) or None,
    )


def _image(value: object) -> Read:
    fields = part(value)
    return Read(Kind.IMAGE, words(fields.get("caption")), _media(fields, "imageUrl"))


def _video(value: object) -> Read:
    fields = part(value)
    return Read(Kind.VIDEO, words(fields.get("caption")), _media(fields, "videoUrl"))


def _audio(value: object) -> Read:
    fields = part(value)
    detail = _media(fields, "audioUrl")
    if "ptt" in fields:
        detail["ptt"] = flag(fields["ptt"])
    return Read(Kind.AUDIO, words(fields.get("caption")), detail)


_FILES_OF = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}
#: What tells nothing, so that the name has to.
_ANY_FILE = ("", "application/octet-stream", "binary/octet-stream")
_ENDINGS = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "heic", "heif"), Kind.IMAGE),
    **dict.fromkeys(("ogg", "opus", "mp3", "m4a", "aac", "amr", "wav"), Kind.AUDIO),
    **dict.fromkeys(("mp4", "mov", "3gp"), Kind.VIDEO),
}


def _document(value: object) -> Read:
    """A picture or a recording that was sent as a file is one all the same, with a name."""
    fields = part(value)
    name, title = label(fields.get("fileName")), label(fields.get("title"))
    detail = _media(fields, "documentUrl") | some(
        file_name=name, title=title, page_count=number(fields.get("pageCount"))
    )
    kind = _kind_of_file(str(detail.get("mime_type", "")), name or title or "")
    return Read(kind, words(fields.get("caption")), detail)


def _kind_of_file(mime_type: str, name: str) -> Kind:
    said = mime_type.partition(";")[0].strip().lower()
    if said in _ANY_FILE:
        _, dot, ending = name.rpartition(".")
        return _ENDINGS.get(ending.lower(), Kind.DOCUMENT) if dot else Kind.DOCUMENT
    return _FILES_OF.get(said.partition("/")[0], Kind.DOCUMENT)


def _sticker(value: object) -> Read:
    return Read(Kind.STICKER, "", _media(part(value), "stickerUrl"))


def _location(value: object) -> Read:
    fields = part(value)
    detail = some(
        latitude=number(fields.get("latitude")),
        longitude=number(fields.get("longitude")),
        name=label(fields.get("name")),
        address=label(fields.get("address")),
        url=label(fields.get("url")),
    )
    return Read(Kind.LOCATION, "", detail)


_CARD_NAME = re.compile(r"(?:^|\n)FN[^:\n]*:([^\n]+)")
_CARD_PHONE = re.compile(r"waid=(\d{8,15})", re.ASCII)


def _contact(value: object) -> Read:
    """One contact, or several: the list form is undocumented, yet some receivers have met it."""
    cards = value if isinstance(value, list) else [value]
    shown: list[Json] = []
    phones: list[Json] = []
    for fields in map(part, cards):
        card = words(fields.get("vCard")).replace("\\n", "\n")
        name = label(fields.get("displayName")) or next((m.strip() for m in _CARD_NAME.findall(card)), None)
        if name:
            shown.append(name)
        phones += names(fields.get("phones"), "phone", "number") or _CARD_PHONE.findall(card)
    display = ", ".join(str(name) for name in shown)
    return Read(Kind.CONTACT, "", some(display_name=display, phones=phones))


def _about(fields: Fields) -> tuple[str | None, bool]:
    """The message an action refers to, and whether that one was ours."""
    target = part(fields.get("referencedMessage"))
    return ident(target.get("messageId")), flag(target.get("fromMe"))


def _reaction(value: object) -> Read:
    fields = part(value)
    target, from_me = _about(fields)
    return Read(Kind.REACTION, words(fields.get("value")).strip(), {"from_me": from_me}, target)


def _button(value: object) -> Read:
    fields = part(value)
    chosen = words(fields.get("message")).strip()
    detail = some(label=label(fields.get("message")), option_id=ident(fields.get("buttonId")))
    return Read(Kind.CHOICE, chosen, detail)


def _list_row(value: object) -> Read:
    fields = part(value)
    title, description = label(fields.get("title")), label(fields.get("message"))
    detail = some(title=title, description=description, option_id=ident(fields.get("selectedRowId")))
    return Read(Kind.CHOICE, title or description or "", detail)


def _poll(value: object) -> Read:
    fields = part(value)
    detail = some(
        options=names(fields.get("options"), "name"), max_options=number(fields.get("pollMaxOptions"))
    )
    return Read(Kind.POLL, words(fields.get("question")), detail)


def _poll_vote(value: object) -> Read:
    fields = part(value)
    options = names(fields.get("options"), "name")
    text = ", ".join(str(option) for option in options)
    return Read(Kind.POLL_VOTE, text, {"options": options}, ident(fields.get("pollMessageId")))


def _buttons_offered(fields: Fields) -> list[Json]:
    found: list[Json] = []
    listed = fields.get("buttons") or fields.get("hydratedButtons")
    for button in listed if isinstance(listed, list) else ():
        for key in ("buttonText", "urlButton", "quickReplyButton", "callButton"):
            text = label(part(part(button).get(key)).get("displayText"))
            if text:
                found.append(text)
    return found


def _template(value: object) -> Read:
    fields = part(value)
    detail = some(
        title=label(fields.get("title")),
        footer=label(fields.get("footer")),
        buttons=_buttons_offered(fields),
    )
    return Read(Kind.TEMPLATE, words(fields.get("message")), detail)


def _carousel(value: object) -> Read:
    fields = part(value)
    return Read(Kind.TEMPLATE, words(fields.get("text")), some(cards=names(fields.get("cards"), "message")))


def _product(value: object) -> Read:
    fields = part(value)
    detail = some(
        title=label(fields.get("title")),
        description=label(fields.get("description")),
        price=number(fields.get("price")),
        currency=label(fields.get("currencyCode")),
        product_id=ident(fields.get("productId")),
        url=label(fields.get("url")),
    )
    return Read(Kind.PRODUCT, "", detail)


def _order(value: object) -> Read:
    fields = part(value)
    detail = some(
        title=label(fields.get("orderTitle")),
        item_count=number(fields.get("itemCount")),
        products=names(fields.get("products"), "name"),
        total=number(fields.get("total")),
        currency=label(fields.get("currency")),
        status=label(fields.get("orderStatus")),
    )
    return Read(Kind.ORDER, words(fields.get("message")), detail)


def _payment(what: str) -> Callable[[object], Read]:
    def read(value: object) -> Read:
        fields = part(value)
        info = part(fields.get("paymentInfo"))
        amount = next((fields[key] for key in ("value", "total") if key in fields), info.get("value"))
        detail = some(
            what=what,
            value=number(amount),
            currency=label(fields.get("currencyCode") or fields.get("currency") or info.get("currencyCode")),
            status=label(fields.get("paymentStatus") or info.get("status")),
            key=label(fields.get("key")),
            key_type=label(fields.get("keyType")),
            name=label(fields.get("merchantName")),
        )
        return Read(Kind.PAYMENT, "", detail)

    return read


def _calendar_event(value: object) -> Read:
    fields = part(value)
    detail = some(
        description=label(fields.get("description")),
        scheduled_s=number(fields.get("scheduleTime")),
        canceled=flag(fields.get("canceled")) or None,
        place=label(part(fields.get("location")).get("name")),
    )
    return Read(Kind.EVENT, words(fields.get("name")), detail)


def _calendar_answer(value: object) -> Read:
    fields = part(value)
    target, _ = _about(fields)
    return Read(Kind.EVENT, "", some(response=label(fields.get("response"))), target)


def _invite(value: object) -> Read:
    return Read(Kind.UNSUPPORTED, words(part(value).get("text")), {"content_key": "newsletterAdminInvite"})


def _pin(value: object) -> Read:
    target, _ = _about(part(value))
    return Read(Kind.UNSUPPORTED, "", {"content_key": "pinMessage"}, target)


# In the order in which they decide; a text or the story being answered decides only when none of these does.
READERS: dict[str, Callable[[object], Read]] = {
    "audio": _audio,
    "image": _image,
    "video": _video,
    "document": _document,
    "sticker": _sticker,
    "location": _location,
    "contact": _contact,
    "contacts": _contact,
    "reaction": _reaction,
    "buttonsResponseMessage": _button,
    "listResponseMessage": _list_row,
    "pollVote": _poll_vote,
    "poll": _poll,
    "hydratedTemplate": _template,
    "buttonsMessage": _template,
    "carouselMessage": _carousel,
    "product": _product,
    "order": _order,
    "orders": _order,
    "reviewOrder": _order,
    "reviewAndPay": _payment("review"),
    "requestPayment": _payment("request"),
    "sendPayment": _payment("sent"),
    "pixKeyMessage": _payment("pix_key"),
    "event": _calendar_event,
    "eventResponse": _calendar_answer,
    "newsletterAdminInvite": _invite,
    "pinMessage": _pin,
}
