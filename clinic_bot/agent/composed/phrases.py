"""What a composed reply may say beside facts and records: each by the key that the model writes. Pure.

None of it states anything that a clinic's file could contradict.
"""

from collections.abc import Mapping

#: In the order in which they stand at the head of a reply, however the model listed them.
OPENINGS: Mapping[str, str] = {
    "saudacao": "{greeting}",
    "de_nada": "De nada!",
    "entendi": "Entendi.",
    "agradeco_avisar": "Agradeço por avisar.",
    "desculpe": "Desculpe a confusão.",
    "sinto_muito": "Sinto muito por isso.",
    "melhoras": "Desejo melhoras!",
    "assistente": "{introduction}",
    "nao_ouvi_audio": "Não consegui ouvir o áudio; pode escrever, por favor?",
    "nao_vi_arquivo": "Não consigo ver o arquivo por aqui; pode escrever o que precisa?",
    "nao_sei": "Isso não está entre as informações que tenho aqui.",
    "sem_orientacao_de_saude": "Sobre sintoma, remédio, dose ou resultado de exame eu não posso orientar: isso é com "
    "um profissional de saúde. Se piorar, procure o pronto-socorro.",
    "so_deste_telefone": "Por aqui eu só falo do que está neste telefone; de outras pessoas não informo nada.",
    "nao_mudo_regras": "Preços e regras da clínica eu não posso mudar.",
    "fica_como_esta": "Tudo bem, fica tudo como está.",
}
CLOSINGS: Mapping[str, str] = {
    "fico_no_aguardo": "Fico no aguardo.",
    "qualquer_coisa": "Qualquer coisa, é só escrever.",
    "ate_logo": "Até logo!",
}
CALL_RECEPTION = "chamar_recepcao"
QUESTIONS: Mapping[str, str] = {
    "como_ajudar": "Como posso ajudar?",
    "explicar_melhor": "Pode me explicar melhor o que precisa?",
    "servico": "Qual serviço você procura?",
    "dia": "Qual dia e período ficam melhores para você?",
    "horario": "Qual desses horários prefere?",
    "horario_e_nome": "Qual desses horários prefere, e qual o nome completo do paciente?",
    "nome": "Qual o nome completo do paciente?",
    "nascimento": "Qual a data de nascimento do paciente?",
    "profissional": "Tem preferência por algum profissional?",
    "qual_consulta": "Qual delas, ou todas?",
    "confirma_presenca": "Posso confirmar a presença?",
    "ver_horarios": "Quer que eu veja os horários?",
    CALL_RECEPTION: "Quer que eu chame a recepção?",
    "convenio_ou_particular": "É por convênio ou particular?",
    "algo_mais": "Posso ajudar em algo mais?",
}
