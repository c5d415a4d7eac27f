"""What is kept about a patient, column by column: what it is called in an export, and what erasing does to it. Pure.

One list for both, so that a column cannot be told and forgotten, or forgotten and kept. A test holds it against the
tables: whoever adds a table or a column says here what it is.

The law behind it is the LGPD (Lei 13.709/2018): art. 18 II and V, a copy in a form that can be used; art. 18 VI and
art. 16, erasing but for what a duty keeps. Kept is that a visit took place or was booked: service, professional, time
and status, without a name. It fits the clinic's medical records, which the law has kept for 20 years (Lei 13.787/2018,
art. 6) and which are not in here, to the agenda that was held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

#: Stands for the name of a patient whose data was erased.
ERASED_NAME = "(dados apagados)"
#: Of a turn: why it is in its state.
ERASED = "erased at the patient's request"


class Fate(StrEnum):
    """What erasing does to a column."""

    STAYS = "stays"  #: it says nothing of who it was, or the law wants it
    EMPTIED = "emptied"
    REPLACED = "replaced"  #: by something that says nothing; see ``erasing.py``


@dataclass(frozen=True, slots=True)
class Column:
    label: str  #: in an export, Portuguese; empty: it is left out
    fate: Fate
    why: str = ""  #: it is left out, as the patient reads it; exactly where there is no label


@dataclass(frozen=True, slots=True)
class Held:
    """A table with rows of a patient."""

    section: str  #: of the export
    whose: str  #: the column that says whose a row is: of a conversation or of a turn; empty: by what the row says
    goes: bool  #: whether erasing deletes its rows
    columns: Mapping[str, Column]

    @property
    def labels(self) -> dict[str, str]:
        return {name: column.label for name, column in self.columns.items()}


#: Why columns are left out of an export.
INNER = "controle interno do programa: contadores, travas, prazos e numeração, sem nada escrito por alguém"
COMPARED = "repete um nome ou um número desta cópia, na forma em que o programa os compara"


def _stays(label: str) -> Column:
    return Column(label, Fate.STAYS)


def _empty(label: str) -> Column:
    return Column(label, Fate.EMPTIED)


def _replaced(label: str) -> Column:
    return Column(label, Fate.REPLACED)


def _inner(*names: str) -> dict[str, Column]:
    return dict.fromkeys(names, Column("", Fate.STAYS, INNER))


def _compared(fate: Fate) -> Column:
    return Column("", fate, COMPARED)


HELD: Mapping[str, Held] = {
    "conversation": Held(
        "conversas",
        "id",
        False,
        {
            "id": _stays("conversa"),
            **_inner("instance"),
            "phone": _empty("telefone"),
            "phone_key": _compared(Fate.EMPTIED),
            "lid": _empty("identificador_no_whatsapp"),
            "name": _empty("nome_no_whatsapp"),
            "last_ms": _stays("ultima_mensagem_em"),
            "human_until_ms": _stays("com_a_recepcao_ate"),
            "opted_out_ms": _stays("sem_lembretes_desde"),
            "talk": _empty("ritmo_de_escrita"),
            "typed": _empty("inicio_da_digitacao"),
            "patience_why": _empty("motivo_da_espera"),
            "park_reason": _empty("motivo_da_pausa"),
            **_inner(
                "alias_of",
                "merge_into",
                "next_seq",
                "done_seq",
                "revision",
                "first_pending_ms",
                "hold_until_ms",
                "emergency_seq",
                "heard_seq",
                "signal_ms",
                "patience_ms",
                "wake_at_ms",
                "owner",
                "epoch",
                "attempts",
                "retries",
                "superseded",
                "open_hi",
                "alerted_seq",
            ),
        },
    ),
    "message": Held(
        "mensagens",
        "conversation_id",
        False,
        {
            "conversation_id": _stays("conversa"),
            "seq": _stays("numero"),
            "author": _stays("autor"),
            "kind": _stays("tipo"),
            "text": _empty("texto"),
            "detail": _empty("detalhes"),
            "sent_ms": _stays("enviada_em"),
            "received_ms": _stays("recebida_em"),
            "edited_ms": _stays("editada_em"),
            "deleted_ms": _stays("apagada_em"),
            "handled_ms": _stays("atendida_por_pessoa_em"),
            "provider_id": _replaced("identificador"),
            "quoted_id": _empty("responde_a"),
            "corrects": _stays("corrige_outra"),
            "media_state": _stays("leitura_do_arquivo"),
            # Emptied, so that who reads the file at this moment brings nothing of it back.
            "media_owner": Column("", Fate.EMPTIED, INNER),
            **_inner("media_until_ms", "media_tries"),
        },
    ),
    "turn": Held(
        "respostas",
        "conversation_id",
        False,
        {
            "id": _stays("resposta"),
            "conversation_id": _stays("conversa"),
            "low": _stays("da_mensagem"),
            "high": _stays("ate_a_mensagem"),
            "state": _stays("situacao"),
            "reason": _empty("motivo_da_situacao"),
            "question": _empty("o_que_o_assistente_leu"),
            "reply": _empty("resposta_enviada"),
            "hand_over": _empty("passada_a_recepcao_porque"),
            "for_reception": _stays("mostrada_a_recepcao_porque"),
            "waits_told_ms": _stays("falta_de_atendimento_avisada_em"),
            "emergency": _empty("sinal_de_emergencia"),
            "model": _stays("modelo"),
            "message_id": _stays("identificador"),
            "zaap_id": _stays("identificador_na_fila"),
            "receipt": _stays("recibo"),
            "claimed_ms": _stays("lida_em"),
            "intent_ms": _stays("decidida_em"),
            "outcome_ms": _stays("encerrada_em"),
            "settled_ms": _stays("comprovada_em"),
            "settled_by": _stays("comprovada_por"),
            "patience_why": _empty("motivo_da_espera"),
            "typed": _empty("inicio_da_digitacao"),
            **_inner(
                "epoch",
                "closed_by",
                "patience_ms",
                "prompt_tokens",
                "completion_tokens",
                "thrown_tokens",
                "calls",
                "due_ms",
            ),
        },
    ),
    "step": Held(
        "acoes_do_assistente",
        "turn_id",
        True,
        {
            "turn_id": _stays("resposta"),
            "n": _stays("numero"),
            "tool": _stays("acao"),
            "arguments": _empty("pedido"),
            "result": _empty("resultado"),
            "state": _stays("situacao"),
        },
    ),
    "turn_event": Held(
        "andamento_das_respostas",
        "turn_id",
        False,
        {
            **_inner("id"),
            "turn_id": _stays("resposta"),
            "at_ms": _stays("em"),
            "what": _stays("o_que"),
            "took_ms": _stays("duracao_ms"),
            "detail": _empty("detalhe"),
        },
    ),
    "patient": Held(
        "pacientes",
        "conversation_id",
        False,
        {
            "id": _stays("paciente"),
            **_inner("instance"),
            "conversation_id": _stays("conversa"),
            "name": _replaced("nome"),
            "name_key": _compared(Fate.REPLACED),
            "born": _empty("nascimento"),
            "created_ms": _stays("cadastrado_em"),
        },
    ),
    "appointment": Held(
        "consultas",
        "conversation_id",
        False,
        {
            "id": _stays("consulta"),
            **_inner("instance"),
            "conversation_id": _stays("conversa"),
            "number": _stays("numero"),
            "patient_id": _stays("paciente"),
            "service": _stays("servico"),
            "professional": _stays("profissional"),
            "start_ms": _stays("inicio"),
            "end_ms": _stays("fim"),
            "status": _stays("situacao"),
            **_inner("revision"),
            "turn_id": _stays("resposta"),
            "created_ms": _stays("marcada_em"),
            "changed_ms": _stays("alterada_em"),
        },
    ),
    "proposal": Held(
        "propostas_de_consulta",
        "conversation_id",
        True,
        {
            **_inner("id"),
            **_inner("instance"),
            "conversation_id": _stays("conversa"),
            "number": _stays("numero"),
            "action": _stays("acao"),
            "state": _stays("situacao"),
            "patient": _empty("paciente"),
            "patient_key": _compared(Fate.EMPTIED),
            "born": _empty("nascimento"),
            "service": _stays("servico"),
            "professional": _stays("profissional"),
            "start_ms": _stays("inicio"),
            "end_ms": _stays("fim"),
            "appointment_id": _stays("consulta"),
            "turn_id": _stays("resposta"),
            "created_ms": _stays("feita_em"),
            "held_until_ms": _stays("guardada_ate"),
        },
    ),
    "reminder": Held(
        "lembretes_de_consulta",
        "conversation_id",
        False,
        {
            "id": _stays("lembrete"),
            "appointment_id": _stays("consulta"),
            "start_ms": _stays("inicio_da_consulta"),
            "hours": _stays("horas_antes"),
            "conversation_id": _stays("conversa"),
            "notice_id": _stays("aviso"),
            "skipped": _stays("motivo_de_nao_enviar"),
            "created_ms": _stays("criado_em"),
            "answer": _stays("resposta_do_paciente"),
            "answered_ms": _stays("respondido_em"),
            "answer_turn_id": _stays("resposta"),
            **_inner("instance"),
        },
    ),
    "notice": Held(
        "avisos_e_lembretes",
        "",
        False,
        {
            "id": _stays("aviso"),
            "kind": _stays("tipo"),
            "text": _empty("texto"),
            "state": _stays("situacao"),
            "reason": _empty("motivo_da_situacao"),
            "created_ms": _stays("criado_em"),
            "due_ms": _stays("previsto_para"),
            "conversation_id": _stays("conversa"),
            "intent_ms": _stays("decidido_em"),
            "outcome_ms": _stays("encerrado_em"),
            "message_id": _stays("identificador"),
            "zaap_id": _stays("identificador_na_fila"),
            **_inner("attempts"),
        },
    ),
    "early_change": Held(
        "alteracoes_sem_mensagem",
        "",
        True,
        {
            **_inner("instance"),
            "target_id": _stays("identificador"),
            "received_ms": _stays("recebida_em"),
            "text": _empty("texto"),
        },
    ),
    "inbox": Held(
        "recebido_do_whatsapp",
        "",
        False,
        {
            **_inner("id"),
            "key": _replaced("chave"),
            "received_ms": _stays("recebido_em"),
            "outcome": _stays("situacao"),
            "body": _empty("conteudo"),
        },
    ),
    "unreadable": Held(
        "recebido_e_ilegivel",
        "",
        True,
        {
            **_inner("id"),
            "received_ms": _stays("recebido_em"),
            "problem": _empty("problema"),
            "body": _empty("conteudo"),
        },
    ),
}

#: Tables without a patient's row, and why.
NOBODYS: Mapping[str, str] = {
    "agenda_cell": "minutes of a professional, with the id of who has them",
    "block": "the reception's own; its reason is no place for a patient's name",
    "switch": "why nothing is answered",
    "mark": "instants",
    "duty": "which replica does what",
    "common": "the state of Groq's budget",
}


def left_out() -> dict[str, list[str]]:
    """What an export does not tell, by its reason."""
    found: dict[str, list[str]] = {}
    for name, held in HELD.items():
        for column, what in held.columns.items():
            if not what.label:
                found.setdefault(what.why, []).append(f"{name}.{column}")
    return found
