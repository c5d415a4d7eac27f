"""The words that complaints, bills and misunderstandings are put in: groups of synonyms, and how they are shortened."""

from collections.abc import Mapping

#: A word of a chat, and the ways to shorten or misspell it; numbers of things and of people are one.
SHORT: Mapping[str, str] = {
    "nao": "n naum num nn",
    "que": "q ki oq",
    "voce": "vc voces vcs vcz ce ces tu oce vos",
    "e": "eh",
    "porque": "pq",
    "tambem": "tb tbm tbem",
    "muito": "mt mto muinto mta muita",
    "mensagem": "msg msgs mensajem",
    "ninguem": "ngm",
    "nada": "nd",
    "tudo": "td tdo",
    "comigo": "cmg",
    "novo": "dnv",
    "cade": "kd",
    "hoje": "hj",
    "hora": "hr hrs h horas",
    "minuto": "min minutos",
    "favor": "pf pfv pfvr",
    "mesmo": "msm",
    "doutor": "dr",
    "doutora": "dra",
    "obrigada": "obg",
    "estou": "to tou tow",
    "esta": "ta",
    "estao": "tao",
    "estava": "tava",
    "estavam": "tavam",
    "me": "mim m",
    "sim": "s",
    "para": "pra pro pras pros p",
    "com": "cm c",
    "ai": "aii",
    "dia": "dias",
    "semana": "semanas",
    "mes": "meses",
    "agora": "agr",
    "vez": "vezes ves x",
}

#: Synonyms and the forms of a word; ``*`` stands for any ending. The longest beginning that fits a word decides.
GROUPS: Mapping[str, str] = {
    "staff": (
        "atendente* recepcionista* secretari* enfermeir* tecnic* medic* doutor* dentista* ortodontista* "
        "fisioterapeuta* pediatra* psicolog* nutricionista* profissiona* funcionari* moca moco mocinha "
        "rapaz rapazinho menina equipe recepcao recepsao balcao gerente* gerencia pessoal mina guria guri "
        "cara seguranca porteiro estagiari* anestesista cirurgi* radiologista"
    ),
    "clinic": "clinica clinca consultorio lugar estabelecimento empresa espelunca acougue casa unidade",
    "bot": "robo* bot bots maquina chatbot automatic* assistente chat inteligencia",
    "service": (
        "atendimento* atendimeto servico* consulta* conssulta exame* ezame procedimento* cirurgia* "
        "tratamento* sessao sessoes laudo* resultado* rezultado prontuario aparelho* protese* implante* "
        "canal resina obturacao restauracao coroa clareamento curativo coleta biopsia receita* guia*"
    ),
    "kin": (
        "mae pai filh* marid* espos* avo vo vovo* irma irmao tia tio sogr* neto neta bebe* crianc* menino "
        "minino namorad* mainha painho velh* sobrinh* primo prima cunhad* familia"
    ),
    "badness": (
        "pessim* horrive* orrivel horroros* horror horrores ruim ruins terrive* merda* bosta* drog* "
        "lamentav* deplorav* nojent* nojo ridicul* desastr* zoad* pior piores lastimav* imund* suj* "
        "fedend* fraco zero porc* nefast* medonh* patetic* deprimente largad* abandonad* precari* "
        "despreparad* desorganiz* bagunc* esculhamb* enrolad* lixo*"
    ),
    "rude": (
        "gross* estupid* rispid* ignorante* arrogante* rude indelicad* humilh* destrat* grit* berr* brut* "
        "antipatic* deboch* constrang* ofend* xing* maltrat* desumano* impacient* atravessad* pouco "
        "frieza discrimin* preconceit* julgand* riu riram rindo"
    ),
    "angry": (
        "irrit* furios* revolt* indignad* indigna puto puta bolad* pistola bravo brava nervos* raiv* "
        "odio* aborrec* chatead* fervendo irado irada possess* enfurec* passado passada explodir "
        "explodindo estressad* arara fula ranco emputec*"
    ),
    "enough": (
        "cansei cansad* cansou basta chega deu desisto limite limites paciencia pasiensia aguento aguenta "
        "suporto saco encheu enchendo encher merece"
    ),
    "insult": (
        "incompet* irresponsa* inutil inuteis burro* burra* burrice idiota* imbeci* palhac* palhas* "
        "ladrao ladroes ladra roub* pilantr* vagabund* safad* mentir* mentiu tapad* imprest* otari* "
        "mercenar* canalha* troux* fuleragem folgad* desgrac* picaret* golp* estelionat* corja cambada "
        "bando bandid* amador* acougueir* charlat* carniceir* vergonha* vergonia vergonhos* caloteir* "
        "aprovei* preguicos* gentinha povinho povo"
    ),
    "swear": (
        "porra caralh* krl* pqp vsf vtnc tnc fdp cacete infern* fod* fuder cu crl caramba diabo danar "
        "lascar ferrar catar"
    ),
    "outrage": (
        "absurd* abisurdo inadmissiv* inaceitav* desrespeit* descaso desaforo sacanagem brincadeira "
        "brincando brincar piada negligenc* desleix* despreparo desconsider* descuid* inacreditav* "
        "respeit* respeto consideracao compromisso profissionalismo humanidade empatia decencia"
    ),
    "judge": (
        "procon justica advogad* process* denunci* ouvidoria juizado tribunal crm policia delegacia "
        "ocorrencia judicia* medidas providencia* reclam* queixa* critica* insatisf* descontent* decepc* "
        "desapont* frustr* formal formalizar registrar registrado manifestar relatar google estrela* "
        "imprensa redes expor postar avaliar notificacao vigilancia conselho direcao"
    ),
    "wait": (
        "esper* aguard* plantad* demor* atras* vacuo cadeira mofe* mofand* molho eternidade interminavel fila"
    ),
    "charged": (
        "cobra* cobro* debita* descont* lanca* cobrem passaram passou negativ* protest* taxa* multa*"
    ),
    "paid": "pag* paquei quit* transfer* deposit* acert* gastei",
    "refund": (
        "estorn* reembols* ressarc* devol* devouve* restitu* creditad* abat* isent* isencao contest* reav*"
    ),
    "money": (
        "dinheir* grana real reais conto* din saldo* troco quantia montante bolso sinal entrada caucao "
        "credito*"
    ),
    "amount": "valor* preco* custo* custa quanto",
    "paper": (
        "recibo* resibo* nota notas nf nfe nfse fiscal fiscau comprovante* boleto* fatura* carne* "
        "extrato* informe* declarac* contrato*"
    ),
    "installment": (
        "parcel* parsela* prestac* mensalidade* dividas divida deve* devo debito* pendenc* venc* "
        "juros acordo* negoci* renegoci* inadimpl* quitac* assinatura* atrasad* saldo"
    ),
    "quote": "orcament* proposta* combinad* tratad* acertad*",
    "pix": "pix pics ted doc transferencia* deposito* cartao cartoes maquininha link cheque",
    "double": "dobro dobrad* duplic* repetid* duas dois",
    "wrong": (
        "errad* erro erros erram erraram erraro errou divergen* indevid* diferente* trocad* engano "
        "equivoco incorret* injust* confere"
    ),
    "understand": "entend* entede* intend* compreend* saca* saquei capt*",
    "said": (
        "falei disse dise dito expliquei informei mencionei respondi mandei escrevi avisei repeti digitei "
        "falo dizendo falando informado explicando escrevendo reformular desenhar desenhe"
    ),
    "asked": "pergunt* prergunt* pedi pedido questionei quero queria",
    "answer": "respost* respond* respod* retorn*",
    "read": "le leia leiam ler leu lendo leem presta prestar preste atencao escut* ouv* olha olhe",
    "confuse": (
        "confund* confus* mistur* trocando trocou embanan* perdid* bugou bugad* buga viajando viaja "
        "maluc* doid* louco louca delirando inventou sentido contradiz contrario"
    ),
    "repeat": (
        "novo novamente dnovo dinovo repet* insist* decima milesima terceira enesima quinta circulos "
        "disco ladainha"
    ),
    "other": "outr*",
    "lost": (
        "perderam sumi* trocaram extraviaram apagaram desmarcar* cancelaram remarcaram mudaram adiaram "
        "esqueceram quebraram machuc* maxuc* queimaram mancharam enganaram enrol* promet* estragaram "
        "fizeram deixaram mandaram"
    ),
    "nobody": "ninguem nenhum* nada",
    "time": "dia dias mes minuto ano hora semana",
    "praise": (
        "bem ajud* educad* atencios* carinhos* simpatic* gentil gentis doce fofo rapidin* eficien* demais "
        "aliviad* tranquil* certin* direitin* mil"
    ),
    "thanks": (
        "obrigad* valeu grato grata agradec* brigad* parabens amei adorei otim* excelente maravilhos* "
        "perfeit* gostei recomend* gratidao elogi* satisfeit*"
    ),
    "body": (
        "dor dores dente dentes garganta coluna barriga cabeca perna* brac* braso joelho pele olho* "
        "ouvido gripe tosse febre enxaqueca rinite gengiva pe pes costas coceira alergia* gastrite azia "
        "pressao virose"
    ),
    "elsewhere": (
        "conveni* plano unimed amil sus posto postinho transito uber onibus chefe patrao vizinh* ex "
        "prefeitura escola farmacia banco trabalho operadora hospital samu inss professor*"
    ),
    "accept": "aceit* aseit* parcelam parcelar dividem dividir emite* fazem",
    "price": "qto qnto sai tabela",
}
