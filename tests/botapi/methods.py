"""Which methods there are and which parameters they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.botapi import answers, editing, profile, sending, webhook
from tests.botapi.core import Core
from tests.botapi.params import Params

Handler = Callable[[Core, Params], object]


@dataclass(frozen=True, slots=True)
class Method:
    """A method under its documented name; getUpdates is answered by the poller."""

    name: str
    parameters: frozenset[str]
    handler: Handler | None = None


_PLACE = (
    "chat_id message_thread_id disable_notification protect_content message_effect_id reply_parameters reply_markup"
)
_EDITED = "chat_id message_id inline_message_id reply_markup"
_CAPTION = "caption parse_mode caption_entities show_caption_above_media"
_WEBHOOK = "url ip_address max_connections allowed_updates drop_pending_updates secret_token"
_ALL: tuple[tuple[str, str, Handler | None], ...] = (
    ("getMe", "", profile.get_me),
    ("logOut", "", profile.log_out),
    ("close", "", profile.close),
    ("getUpdates", "offset limit timeout allowed_updates", None),
    ("setWebhook", _WEBHOOK, webhook.set_webhook),
    ("deleteWebhook", "drop_pending_updates", webhook.delete_webhook),
    ("getWebhookInfo", "", webhook.get_webhook_info),
    ("sendMessage", f"{_PLACE} text parse_mode entities link_preview_options", sending.send_message),
    ("sendPhoto", f"{_PLACE} {_CAPTION} photo has_spoiler", sending.send_photo),
    (
        "sendDocument",
        f"{_PLACE} {_CAPTION} document thumbnail disable_content_type_detection",
        sending.send_document,
    ),
    ("sendChatAction", "chat_id message_thread_id action", answers.send_chat_action),
    (
        "editMessageText",
        f"{_EDITED} text parse_mode entities link_preview_options",
        editing.edit_message_text,
    ),
    ("editMessageCaption", f"{_EDITED} {_CAPTION}", editing.edit_message_caption),
    ("editMessageMedia", f"{_EDITED} media", editing.edit_message_media),
    ("editMessageReplyMarkup", _EDITED, editing.edit_message_reply_markup),
    ("deleteMessage", "chat_id message_id", editing.delete_message),
    (
        "answerCallbackQuery",
        "callback_query_id text show_alert url cache_time",
        answers.answer_callback_query,
    ),
    (
        "answerInlineQuery",
        "inline_query_id results cache_time is_personal next_offset button",
        answers.answer_inline_query,
    ),
    ("setMessageReaction", "chat_id message_id reaction is_big", answers.set_message_reaction),
    ("setMyCommands", "commands scope language_code", profile.set_my_commands),
    ("getMyCommands", "scope language_code", profile.get_my_commands),
    ("deleteMyCommands", "scope language_code", profile.delete_my_commands),
    ("setMyDescription", "description language_code", profile.set_my_description),
    ("setMyShortDescription", "short_description language_code", profile.set_my_short_description),
    ("setChatMenuButton", "chat_id menu_button", profile.set_chat_menu_button),
)
METHODS: Mapping[str, Method] = {
    name.lower(): Method(name, frozenset(parameters.split()), handler) for name, parameters, handler in _ALL
}
