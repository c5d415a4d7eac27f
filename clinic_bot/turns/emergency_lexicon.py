# ruff: noqa: E501 - one phrase a line reads as a table; folded it would not.
"""The signs of danger, as phrases over canonical words.

A phrase is a row of elements that follow each other, across message breaks too:

``word``        this word; ``a|b`` either; ``{group}`` any word of a group below; they combine: ``{chest}|braco``
``word?``       the same, and it may be missing
``~3``          up to three words in between, but no part of the body: "dor de cabeça e caroço no peito" is
                no pain in the chest
``~~3``         up to three words, whatever they are
``$``           the end of everything: "me cortei" alone, but not "me cortei ontem fazendo salada"
``^``           the beginning of everything: "convulsão" alone is a cry for help
``!``           perhaps the end of a sentence: "convulsão! o que faço"

The prefilter looks for the words of last elements only: the message that completes a sign holds one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clinic_bot.turns.emergency_words import words


class EmergencyKind(StrEnum):
    PHYSICAL = "physical"
    EMOTIONAL = "emotional"


@dataclass(frozen=True, slots=True)
class Sign:
    """One kind of danger.

    Args:
        harmless: regular expressions that share words with the match and turn it into something else: an
            idiom, another organ, a trifle.
        beside: words (each a small expression) that do so wherever they stand in the sentence: another topic.
    """

    name: str
    kind: EmergencyKind
    phrases: tuple[str, ...]
    harmless: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


#: Words that carry no danger of their own: a phrase is looked up by its other words.
FUNCTION_WORDS = frozenset(
    words(
        "a ao as o os e um uma uns umas de do da dos das no na nos nas em com sem por pra para que se me te lhe "
        "eu ele ela eles elas voce meu minha seu sua esse essa isso este desse dessa to ta tao tava foi vou vai vao "
        "ir quer quero queria tem tenho tive teve ter nao nem mais ja so ainda muito bem mal aqui ai la como quando "
        "todo toda nada sei acho deu da ha faz era ser e sou fica ficou ficando estar melhor nunca ninguem "
        "posso pode consigo consegue"
    )
)

#: A gap does not reach over these: another part of the body, or a noun that makes a topic of what follows.
BARRIERS = words(
    "cabeca garganta costas costa barriga estomago dente dentes pe pes joelho joelhos coluna ouvido ouvidos perna "
    "pernas ombro pescoco lombar quadril mao maos dedo dedos virilha rim rins caroco nodulo "
    "tratamento depois retorno exame exames receita consulta historico remedio medo pos recuperando recuperacao sequela "
    "sequelas risco prevencao vacina"
)

GROUPS: Mapping[str, str] = {
    "pain": "dor dores dorzinha doendo doi doeu pontada pontadas fisgada fisgadas aperto apertando queimacao "
    "queimando ardencia agonia aflicao desconforto doido facadas facada agulhada agulhadas",
    "chest": "peito torax",
    "hurting": "rasgar explodir estourar doendo doi apertado apertando queimando ardendo esmagando rasgando",
    "infarto": "infarto infartinho",
    "having": "ta to tao tava acho parece seja pode sinto ter socorro deu dando teve tive tendo sofreu sofri sofrendo "
    "entrou suspeita",
    "see": "enxergo enxerga enxergando enxergar vejo vendo ver",
    "collapse": "passamento piripaque troco treco ataque chilique faniquito",
    "heights_end": "ponte predio janela sacada varanda viaduto passarela terraco telhado precipicio laje",
    "blade": "espingarda punhal gilete faca navalha lamina estilete arma revolver corda pistola",
    "machine": "motosserra serra makita esmerilhadeira facao foice machado rocadeira maquina",
    "allergen": "alergia alergica alergico camarao leite ovo amendoas latex soja frutos abelha vespa picada picou ferroada ferrou marimbondo maribondo amendoim dipirona "
    "remedio antibiotico castanha empipocado empolado benzetacil contraste injecao vacina lagosta caranguejo formiga",
    "able": "consigo consegue conseguindo conseguiu conseguia posso pode aguento",
    "kin": "pai mae filho filha filhinho filhinha marido esposa esposo mulher avo vo vovo vovoh irmao irma tio tia "
    "sogro sogra sobrinho sobrinha neto neta namorado namorada amigo amiga vizinho vizinha primo prima homem "
    "moca rapaz crianca menino menina paciente idoso idosa bebe cunhado cunhada padrasto madrasta colega senhor "
    "senhora pessoa",
    "child": "bebe filho filha filhinho filhinha menino menina crianca neto neta sobrinho sobrinha gemeo gemea "
    "nascido nascida bebezinha",
    "blue": "roxo roxa roxinho roxinha roxos azul azulado azulada arroxeado arroxeada roxeando azulando cianotico",
    "limp": "mole molinho molinha desfalecido desfalecida",
    "face": "boca rosto cara face labios sorriso olho",
    "crooked": "torta torto tortinha tortinho entortou entortando entortado entortada caida caido caindo caiu "
    "paralisado paralisada paralisou repuxando repuxada repuxado puxando puxada torcida desviada",
    "numb": "dormente dormencia paralisia paralisado paralisada paralisou paralisando formigando formigamento adormecido "
    "adormecida adormeceu dormentes fraqueza",
    "slurred": "pastosa pastoso enrolada enrolado enrolando enrolou embolada embolado embolando arrastada arrastado arrastando",
    "stroke": "avc derrame isquemia",
    "fainted": "desmaiou desmaiado desmaiada desmaiei desmaiando desacordado desacordada inconsciente inconscientes desfaleceu desfalecido "
    "desfalecida desfalecendo desmaiados desmaiaram",
    "seizing": "convulsionando convulsionou convulsiona convulsionar debatendo",
    "seizure": "convulsao convulsiva convulsivo epileptico epiletica epiletico epileptica",
    "bleeding": "sangrando sangramento sangra sangrou sangrar hemorragia",
    "gushing": "jorrando jorra jorrou esguichando espirrando vomitando vomitou vomitei vomito tossindo tossiu "
    "cuspindo cuspiu botando evacuando esvaindo",
    "alot": "horrores montao monte muito demais bastante litros tanto forte intenso abundante parar estancar",
    "pregnant": "gravida gestante gestacao gravidez barriga gestantes",
    "poison": "veneno chumbinho soda sanitaria candida qboa quiboa cloro detergente desinfetante pilha bateria "
    "alvejante acido raticida gasolina querosene thinner tiner aguarras veja ajax lustra solvente inseticida limpeza amaciante agrotoxico "
    "herbicida formicida naftalina venenosa venenoso mamona perfume acetona caustica ima moeda prego agulha",
    "swallowed": "engoliu engoli bebeu bebi tomou tomei ingeriu ingeri comeu comi tomando engolindo bebendo mastigou mastigando comendo ingerindo lambeu "
    "tomaram",
    "many": "todos varios varias vidro cartela cartelas caixa caixas frasco monte punhado muito demais overdose "
    "vinte trinta quarenta cinquenta dezenas inteira inteiro bocado tanto",
    "pills": "remedio comprimido medicamento calmante calmantes rivotril clonazepam diazepam dipirona paracetamol "
    "amitriptilina fluoxetina sertralina fenobarbital gardenal carbamazepina tegretol depakene haldol alprazolam frontal "
    "bromazepam lexotan quetiapina risperidona losartana propranolol tramadol codeina morfina ibuprofeno metformina "
    "escitalopram venlafaxina litio topiramato dramin tylenol anfetamina ritalina venvanse "
    "capsulas pilulas antidepressivo antidepressivos insulina zolpidem tarja gotas tranquilizante",
    "hypertensive": "18 19 20 21 22 23 24 25 26 180 190 200 210 220 230",
    "head": "cabeca nuca testa cranio cabecinha",
    "grave": "babando mole molinho molinha gelado gelada duro dura espumando delirando desfalecido desfalecida roxo roxa "
    "arroxeado estrebuchando desacordado desacordada revirando",
    "woozy": "mole molinho molinha grogue sonolento sonolenta apagando vomitando desacordado desacordada confuso confusa "
    "tremendo zonzo zonza tonto tonta dormindo",
    "swelling": "fechando fechou fecha fechada inchando inchou incharam inchado inchada inchados travando travou",
    "shot": "baleado baleada baleou balearam esfaqueado esfaqueada esfaquearam esfaqueou alvejado alvejada",
    "wanting": "quero queria gostaria adoraria vo vontade vou vai quer pensando pensar penso pensei pensa preciso desejo tentando tentou tentei "
    "tentar decidi resolvi querendo pretendo ameaca ameacou jurou ameacando planejando pensamento pensamentos ideia disse falou diz "
    "fala dizendo falando coragem prefiro preferia devia merecia deveria",
    "dying": "morrer morre morto morta morte morresse morra",
    "height": "ponte predio janela sacada varanda viaduto passarela terraco andar telhado precipicio",
    "sudden": "agora hoje repente nada subita subito subitamente repentina repentino",
    "minute": "minuto minutos min em",
}

_PHYSICAL, _EMOTIONAL = EmergencyKind.PHYSICAL, EmergencyKind.EMOTIONAL

#: Said of something else: an idiom that any sign of this sort may sit in.
_PRICE = r"preco|valor|conta|boleto|fatura|orcamento|parcela|mensalidade|gasolina|reajuste"

#: "vou ter um infarto com esse trânsito", "vou ter um AVC de raiva"; but not "com essa dor".
_ANNOYED = (
    r" (?:vou|vai|quase|vamos|da pra|to quase|capaz)(?: \w+){0,3} (?:infart\w+|ataque|avc|derrame|treco|troco|piripaque|"
    r"desmai\w+)(?: (?:aqui|hoje|ja|e|assim|cardiaco))? (?:com|por|pelo|pela|por causa|na|no|nessa|nesse|de|do|da)"
    r"(?: (?:de|do|da|tanto|tanta|tamanha))? (?!(?:ess|est|ta[ln])\w+ (?:dor|dores|falta|pressao|febre|aperto|tontura) )"
    r"(?:ess[ea]s?|est[ea]s?|raiva|odio|nervos\w+|estresse|stress|desgosto|tedio|rir|transito|fila|espera|demora|"
    r"convenio|atendimento|chefe|sogra|barulho|site|sistema|app|aplicativo|jogo|vontade|alegria|emocao|felicidade|calor) "
)

SIGNS: tuple[Sign, ...] = (
    Sign(
        "chest_pain",
        _PHYSICAL,
        (
            "{pain} ~5 {chest}",
            "{pain} ~1 toracica|toraxica|precordial",
            "{pain} ~~8 meio|centro do {chest}",
            "{pain} ~~6 {chest}|braco|queixo|mandibula|estomago|costas ~~8 suando|suor muito? frio",
            "coracao|batimento|batimentos|palpitacao ~5 acelerado|acelerados|disparado|disparados|disparou|acelerou|descompassado ~~8 passando|desmaiar|desmaiando|ar|tonto|tonta|palido|palida",
            "marcapasso|desfibrilador|cdi ~3 disparou|disparando|choque|choques|apitando",
            "pressao ~4 {hypertensive} ~~10 {chest}|cabeca|nuca|vista|visao|tonto|tonta|tontura|vomitando|passando|formigando|fala|ar|confuso|confusa",
            "medo ~2 ser|seja|estar|ta|tendo ~2 {infarto}|{stroke}",
            "{pain} ~~6 e no {chest}",
            "{chest} ~4 {hurting}",
            "{chest} ~2 dor|dores|pontada|pontadas|queimacao|aperto",
            "pressao|peso|pesando|elefante|pedra|pisando|sentado|caminhao ~4 {chest}",
            "{chest} ta? muito|bem|todo? pesado",
            "pressionando|esmagando|apertando ~2 {chest}",
            "{pain} ~4 coracao",
            "coracao ~3 doendo|parando|parou|apertando",
            "{pain}|dormencia|formigamento ~4 braco esquerdo",
            "braco esquerdo ~3 doendo|dormente|formigando|dormencia|pesado|adormecido",
            "mao|maos ~2 {chest} ~~5 caiu|cai|desabou|desmaiou|apagou",
            "{pain} ~5 {chest} ~~4 caiu|desabou|desmaiou|apagou",
            "{chest} ~2 trancado|travado|travando|fechado|comprimido|esmagado",
            "suando|suor ~1 frio|gelado ~~6 {pain}|{chest}|braco|tonto|tonta|desmaiar|palido|palida",
            "palido|palida|branco|branca ~~3 suando|suor ~1 frio|gelado",
            "sinto|acho|parece ~3 coracao ~1 vai parar",
            "coracao|batimento|batimentos|pulso|frequencia ~4 160|170|180|190|200|210|220 ~~6 minuto|bpm|tonto|tonta|mal|ar",
            "{chest} ~~6 vai|fosse {hurting}",
            "infartando|infartou",
            "{having} ~4 {infarto}",
            "{infarto} agora|socorro|ajuda|urgente|fulminante",
            "{infarto}|{stroke}|{seizure} ~~6 socorro|acode|ajuda",
            "^ {infarto}|{stroke}|{seizure} $",
            "acabou|acabei|acaba de infartar",
            "{infarto}|{stroke}|{seizure} ! o que eu? faco",
            "ataque|parada ~1 cardiaco|cardiaca|cardiorrespiratoria|coracao",
        ),
        (
            r" peito (?:do|de) pe ",
            r" peito de tanto ",
            r" peito (?:ao|quando|so quando|se)(?: \w+)? (?:tossir|tusso|apert\w+|apalp\w+|encost\w+|tocar|toco) ",
            r" peito (?:cheio|carregado|fechado|trancado|preso|chiando)(?: \w+){0,3} (?:catarro|gripe|secrecao|muco|resfriado) ",
            r" braco esquerdo(?: \w+){0,5} (?:vacina|injecao|peso|academia|treino|musculacao|levanto|coleta) ",
            r" (?:aperto|dor|apertado|aperta|apertando|doi|doendo) (?:no |o )?(?:meu )?(?:peito|"
            r"coracao) (?:de|com|pela) "
            r"(?:tanta )?(?:saudades?|emocao|pena|alegria|orgulho|felicidade|ve-lo|ver|lembrar|pensar|"
            r"despedida)",
            r" coracao(?: \w+){0,2} (?:parou|parando|apertou)(?: \w+)? (?:quando|com|ao)(?: \w+)? (?:vi|ver|"
            r"soube|preco|valor|noticia|susto|li|ouvi) ",
            r" (?:dor(?:es)?|peito) muscular(?:es)? ",
            r" (?:panico|ansiedade|refluxo|gases|azia)(?: \w+){0,2} (?:parece|imita|simula|lembra) ",
            r" (?:fila|conta|espera|demora)(?: \w+){0,2} (?:infarto|ataque) ",
            r" peito (?:de|da|do|por|por causa de|por causa da) (?:ma postura|postura|mau jeito|mal jeito|academia|treino|musculacao) ",
            r" saudades?(?: \w+){0,3} apert\w+ ",
            r" (?:tirou|tira|tirei|tirar|saiu|sai)(?: \w+){0,2} peso ",
            r" (?:infart\w+|ataque)(?: \w+){0,3} de (?:tanto|tanta) ",
            _ANNOYED,
            r" (?:infart\w+|ataque)(?: \w+){0,8} kkk ",
            r" (?:peito|coracao) (?:de|ao|em|por) (?:deixar|ver|saber|lembrar|pensar|despedir|dizer|largar|"
            r"mandar|ter que) ",
            r" (?:coracao|peito)(?: \w+){0,3} de (?:felicidade|alegria|emocao|susto|orgulho|saudades?|amor|"
            r"tristeza) ",
            r" (?:doi|doendo|apertado|aperta|dor|partido)(?: \w+){0,3} (?:coracao|"
            r"peito)(?: \w+){0,2} (?:ver|saber|dizer|deixar|pensar|"
            r"despedir|cancelar|desmarcar|ter que|pedir|partido) ",
            rf" (?:infart\w+|ataque)(?: \w+){{0,4}} (?:{_PRICE}|susto|raiva|rir|emocao|jogo|gol|flamengo|corinthians) ",
            rf" (?:{_PRICE}|susto)(?: \w+){{0,6}} (?:infart\w+|ataque) ",
        ),
        beside=(
            "amament\\w+ leite mamilos? mamas? mamografia seios? silicone protese empedrad[oa] empedr\\w+ bico mamando menstruac\\w+ menstruar tpm caroc\\w+ nodulos? ingurgitad\\w+",
            "frango file carne supino tatuagem pelos? depila\\w+ pelinhos? espinhas? abraco peru",
        ),
    ),
    Sign(
        "breathlessness",
        _PHYSICAL,
        (
            "falta|faltando|faltano|faltou|falto ~2 ar",
            "falta|faltando|faltou|faltano ~1 folego|oxigenio",
            "to|ta|fico|fica|ficou|ficando|fiquei|tudo sem nenhum? ar",
            "sem folego|conseguir|poder ~2 respirar|respirando|respira",
            "muito|to|ta|ficando sem folego",
            "nao|nem|mal ~1 {able} ~2 respirar|respira|respirando|puxar",
            "mal|nao|nem ta|to|da|tava ~2 respirando|respirar",
            "nao|mal ~1 respira|respirando|respirava",
            "nao|sem entra|entrando|vem|chega ~2 ar",
            "ar ~1 nao ~1 entra|entrando|vem|chega|chegando",
            "parou|parando|para|deixou de respirar",
            "sem respirar|respiracao",
            "bebe|nascido|nascida ~3 {limp}",
            "{limp} ~~3 sem reacao|reagir|responder|forca",
            "cansado|cansada|cansadinho|cansadinha|cansaco ~2 respirar",
            "costela|costelas|costelinha|barriga|barriguinha|{chest} ~2 afundando|afunda",
            "afundando|afunda ~2 costela|costelas|costelinha|barriguinha|{chest}",
            "dificuldade|dificil|dificuldades|dificuldad|sofrendo|lutando|esforco|cansaco ~3 respirar|respira|respiracao",
            "respirando|respira ~1 muito? mal|dificuldade|rapido|fraco|pouco|dificil|ofegante",
            "respiracao ~2 parando|parou|fraca|falhando|dificil|curta|ofegante|pesada",
            "nao ~2 {able} ~1 encher ~2 pulmao|pulmoes|peito",
            "barulho|chiado|guincho|ronco|forca|dificuldade ~1 puxar|puxando o? ar",
            "laringite|crupe|bronquiolite|bronquite|asma ~~6 puxar|puxando|afundando|gemendo|cansado|cansada",
            "puxando o ar",
            "respiracao ~3 rapida|acelerada|estranha|ruim|horrivel",
            "costela|costelas|costelinha|costelinhas ~3 aparecendo|marcando|marca|funda|fundas|entrando",
            "respirando|respirar so sentado|sentada",
            "respirando|respira|respirar ~5 cansado|cansada|cansadinho|cansadinha|roxo|roxa|azul",
            "respiracao ~4 {blue}",
            "acabou|acabando ~2 oxigenio",
            "oxigenio ~2 acabou|acabando",
            "sem oxigenio",
            "sufocando|sufocado|sufocada|sufocou|asfixiando|asfixiado|asfixiada|asfixia|asfixiou",
            "engasgou|engasgado|engasgada|engasgando|engasgada",
            "entalado|entalada|preso|presa ~2 garganta ~4 ar|respirar|respira|sufocando|roxo",
            "{face}|dedos|dedo|unhas|labios|ponta ~4 {blue}",
            "{child}|{kin} ~~5 {blue}",
            "corpo ~2 {blue}",
            "ele|ela ~2 {blue}",
            "ficando ~1 {blue}",
            "passando mal ~~6 {blue}",
            "crise ~2 asma|bronquite|asmatica ~~6 forte|agora|bombinha|passa|respirar|piorando|parar",
            "tendo|to|ta|com|ele|filho|filha ~1 crise ~1 asma|asmatica",
            "asma ~~4 to|ta em crise",
            "asma|asmatico|asmatica|bronquite ~1 em crise",
            "bombinha ~~6 e nada|piora|piorou",
            "chiado|chiando ~~6 ja fiz|fez|fizemos|usei|usou|dei|demos ~3 bombinha|inalacao|inalacoes|nebulizacao|nebulizacoes|aerolin|berotec",
            "{child} ~~8 gemendo ~~4 respirar|febre|mole|molinho|molinha",
            "{allergen} ~~8 sem ar|folego",
            "to|ta|ficou|fiquei|ficando ~4 e sem ar|folego",
            "bombinha|inalacao|nebulizacao nao ~2 adianta|resolve|adiantou|resolveu|funciona|adiantando|resolvendo|aliviou",
            "saturacao|saturando|satura|oximetro|oxigenacao|oxigenio|spo ~5 baixa|caindo|baixando|caiu|70|72|75|78|79|80|81|82|83|84|85|86|87|88",
            "morrendo ~2 sufocado|sufocada|ar",
        ),
        (
            r" (?:ar|folego|sufoc\w+|engasg\w+)(?: \w+){0,6} (?:risadas?|rir|riso|kkk) ",
            r" rox[oa]s?(?: \w+)? (?:na|no|nas|nos) (?:perna|braco|joelho|canela|bunda|coxa|testa|costas|bumbum|"
            r"olho|cotovelo|pe) ",
            r" olhos? (?:(?:ta|ficou|todo|meio) )*rox[oa]s? ",
            r" rox[oa]s? de (?:vergonha|raiva|frio|inveja|rir|fome) ",
            r" sem ar (?:com|de)(?: \w+)? (?:noticia|beleza|vista|foto|surpresa|emocao|rir|alegria|preco|valor|"
            r"show|viagem) ",
            r" ar (?:no|nos|do|dos) (?:pneus?|colchao|bola|bexiga|estepe) ",
            r" sem ar (?:condicionado|na (?:sala|recepcao)|no (?:consultorio|carro|quarto))",
            r" (?:tirar|perder|de tirar|recuperar) o folego",
            r" (?:sem tempo|tempo|hora|trabalho|servico|correria)(?: \w+){0,3} (?:de|pra|para|nem) respirar",
            r" (?:parar|parou|paro|para|pausa) (?:pra|para) respirar",
            r" (?:falta|faltou) (?:de )?(?:ao|um ar|educacao|vergonha|arroz)",
            r" (?:sufocad[oa]|sufocando|engasgad[oa])(?: \w+){0,2} (?:de|com|por|em) (?:\w+ )?(?:trabalho|"
            r"contas?|dividas?|"
            r"coisas?|servico|tarefas?|provas?|boletos?|faculdade|cobrancas?|historia|isso|resposta|"
            r"assunto|demora|situacao|casa e|rotina)",
            r" (?:hematoma|bati|batida|topada|pancada|martelada)(?: \w+){0,6} (?:roxo|roxa)",
            r" mal respir(?:o|ei) ",
            r"(?<! me) falt(?:a|ou|ava) ar (?:na|no|nessa|nesse|aqui na) (?:sala|recepcao|consultorio|espera|clinica|carro|banheiro) ",
            r" ar (?:psicologic[oa]|emocional) ",
            r" (?:ri|rimos|rindo|gargalh\w+)(?: \w+){0,5} (?:ar|folego|engasg\w+|sufoc\w+) ",
            r" rox[oa]s?(?: \w+){0,3} (?:topada|batida|pancada|coleta|tombo|martelada) ",
            r" nasceu(?: \w+){0,2} rox\w+ ",
            r" (?:dedo|dedao|joelho|perna|braco|unha|olho|pe|coxa|mancha|local|pancada)(?: \w+){0,3} ficando rox[oa] ",
            r" respirar(?: \w+){0,2} (?:dormindo|quando (?:ta )?dorm\w+|no sono) ",
        ),
        beside=(
            "nariz narinas? entupid[oa] ronc\\w+ apneia polissonografia",
            "condicionado",
            "esmalte tinta cabelo roupa vestido blusa camisa casaco tenis caneta uniforme papel cartao cracha",
        ),
    ),
    Sign(
        "stroke",
        _PHYSICAL,
        (
            "{face} ~4 {crooked}",
            "{face} ~3 {numb}",
            "{numb} ~3 {face}",
            "{numb} ~~8 lado ~2 esquerdo|direito",
            "braco e perna ~~4 {numb}|mole|mexe|forca|forcas|pesado|pesada",
            "{face} ~3 lado ~2 {numb}|{crooked}|mexe",
            "entortou|entortando|repuxou|repuxando|paralisou|puxou ~3 {face}",
            "fala|voz|lingua|falando|falar|falou|palavras|falano ~3 {slurred}",
            "{slurred} ~2 fala|lingua|falando|palavras",
            "falando ~1 estranho|esquisito|arrastado|desconexo|torto",
            "falando|fala|falano ~2 sem sentido|nexo",
            "falando|fala|falano nada com nada",
            "falando|fala coisa com coisa",
            "perdeu|perdendo|perdi|perdendo ~1 fala|visao|movimento|movimentos",
            "nao ~1 {able} ~1 falar",
            "nao ~1 {able} ~4 falar ~2 direito|nada|mais",
            "repente|nada|agora|hoje ~~4 nao ~1 {able} ~3 falar|escrever|entender|andar",
            "andando|anda|andar torto|cambaleando|trocando ~~8 {slurred}|fala|repente|boca|tonto|tonta",
            "tonto|tonta|tontura|desequilibrio ~~6 {slurred}|visao|vista|boca ~2 {slurred}|dupla|torta|dormente",
            "nao ta ~1 falando direito|coisa|nada",
            "parou|nao ~1 fala|falar|falando ~2 repente|direito|coisa",
            "parou de falar",
            "nao|sem ~2 sinto|sente|mexo|mexe|sentindo|mexendo ~~7 lado ~1 esquerdo|direito",
            "nao|sem ~2 sinto|sente|mexo|mexe|mexer|sentir|levantar|sentindo|mexendo|movimento|movimentos|forca ~3 metade",
            "falando|fala|falano ~4 sem pe nem cabeca",
            "falando|fala|falano ~3 coisas? sem sentido|nexo",
            "mao|maos|braco ~1 nao segura|obedece|levanta|sobe ~~8 repente|fala|falando|boca|rosto|torta|torto|agora",
            "repente|fala|falando|boca|rosto ~~8 mao|maos|braco ~1 nao segura|obedece|levanta|sobe|mexe",
            "fiquei|ficou|ficando|to|ta cego|cega ~~5 {sudden}|olho",
            "dor ~1 cabeca ~~6 insuportavel|explodindo|horrivel|fortissima|absurda ~~8 repente|vez|nada|visao|vista|subita|pescoco|nuca|desmaiar",
            "lado ~4 {numb}|mexe|mexer|forca|fraco|fraca|parado|sentir",
            "metade ~3 {numb}",
            "{numb} ~3 lado",
            "nao sinto|sente ~2 braco|perna|rosto",
            "nao ~2 sinto|sente|mexo|mexe|mexer ~2 braco|perna ~~4 braco|perna|lado",
            "nao|sem ~2 sinto|sente|mexe|mexo|mexer|sentindo|sentir|mexendo|movimenta|forca|forcas ~4 lado",
            "perdeu|perdi|perdendo|sem|tirou ~1 forca|forcas|movimento|movimentos ~6 lado|braco|perna|repente|mao",
            "repente ~6 braco|perna|lado|rosto ~4 {numb}|forca|mexe|mexer|mole|fraco|fraca|pesado",
            "braco|perna ~~3 {numb}|mole|mexe|forca|mexer ~~6 repente|nada|fala|boca|rosto",
            "perda ~1 forca|forcas|movimento|movimentos ~6 lado|braco|perna|pernas|mao|{sudden}",
            "dificuldade ~2 falar|fala ~~6 {numb}|fraco|fraca|mexe|{crooked}",
            "braco|perna|rosto|boca ~~8 falando ~1 errado|trocado|embaralhado",
            "perda ~1 fala|visao|vista ~2 {sudden}",
            "paralisia facial ~2 {sudden}",
            "nao ~2 {able} ~2 levantar|mexer|mover ~3 lado",
            "nao ~2 {able} ~2 levantar|mexer|mover ~~4 braco ~~4 repente|fala|falar|rosto|boca|sorrir|perna",
            "confuso|confusa|{slurred}|boca|rosto|repente ~~8 nao ~2 {able} ~2 levantar|mexer|mover ~2 braco|perna",
            "confuso|confusa|desorientado|desorientada ~~4 nao ~1 sabe|reconhece|lembra|entende|fala ~3 onde|quem|gente|nome|nada|ninguem|filhos",
            "acordou|ficou|ta|fiquei sem fala|falar",
            "braco|perna|bracos|pernas|mao ~2 nao ~1 obedece|obedecem|responde|respondem|sobe",
            "vejo|ve|vendo|enxergo|enxergando|visao ~2 dobrado|dobrada|dupla|duplo|duplicado ~~8 andar|tonto|tonta|fala|agora|repente|vomitando|boca",
            "cabeca ~4 estourou|explodiu|rachou|estourando|rachando ~~6 repente|absurda|subita|dentro",
            "nao ~1 {able} ~2 andar reto|direito|direita|agora ~~8 repente|agora|hoje|visao|dobrado|tonto|tonta|fala",
            "braco|mao|perna|bracos|pernas ~3 parou|pararam ~2 funcionar|mexer|responder|obedecer",
            "nao ~1 fala|falando|diz nada com nada",
            "nao ~1 reconhece|reconhecendo ~3 mais|ninguem|filhos|gente ~~4 comecou|hoje|repente|agora|cedo",
            "tonto|tonta|tontura ~~6 nao ~1 {able} ~1 ficar|parar em pe",
            "lado|metade ~2 esquerdo|direito|corpo ~2 parou|apagou|travou|morreu",
            "{having} ~4 {stroke}",
            "{stroke} agora|socorro|urgente",
            "pior dor ~2 cabeca ~2 vida",
            "dor ~1 cabeca ~3 pior|forte ~2 vida",
            "repente ~~6 nao ~2 {see}",
            "vista|visao ~2 embacou|embacada|embacando|turva|escura|escurecendo|escureceu ~~8 {numb}",
            "nao ~2 {see} ~~6 repente|nada",
            "visao|vista ~2 sumiu|apagou|escureceu ~~4 repente|nada|lado|olho|tudo",
            "cabeca ~3 explodir|explodindo ~~6 vomitando|visao|repente|desmaiar|fala",
        ),
        (
            _ANNOYED,
            r" falar (?:com|por|ao|no|na|pelo|pra|para|sobre|voces|voce|contigo|ai|agora|hoje|amanha|ontem|"
            r"alto) ",
            r" perd\w+ a (?:fala|voz) (?:com|de|diante|quando vi|depois) ",
            r" parou de falar (?:com|comigo|nisso|sobre|disso) ",
            r" derrame (?:pleural|articular|ocular|de agua|pericardico)",
            r" derrame (?:no|na|nos)(?: \w+)? (?:olhos?|vista|joelhos?|pleura|pulmao|articulacao|ombro|cotovelo|tornozelo|quadril) ",
            r" (?:cai\w*|queda)(?: \w+){0,2} (?:de|do|da) (?:cara|boca|rosto) ",
            r" olhos? tort[oa]s?(?! (?:e|agora|de repente|do nada))",
            r" cara (?:que|caiu|de pau|caindo de sono) ",
            r" olho(?: \w+){0,2} caind?o (?:de )?sono ",
            r" enrola(?:da|do|ndo)(?: \w+){0,3} (?:servico|trabalho|transito|reuniao|horario) ",
        ),
        beside=(
            "rouc[oa] rouquidao garganta afonic[oa] aftas? aparelho anestesi\\w+ siso dentista dentes?",
            "ingles espanhol frances idioma",
            "fios? cabos? fone mangueira carpete pizza massa",
            "palpebras? botox ocular tercol bell",
        ),
    ),
    Sign(
        "unconscious",
        _PHYSICAL,
        (
            "{fainted}",
            "vou|quase|acho|vai|quer|querendo|vontade|parece|ponto ~3 desmaiar|apagar|desfalecer",
            "desmaia|desmaiando ~~3 volta|toda|direto|hoje|agora|seguido",
            "{grave} ~~6 {grave}",
            "{grave} ~~3 chao|caido|caida",
            "chao|caido|caida ~~4 {grave}|tremendo",
            "{woozy} ~~8 diabetico|diabetica|diabetes|glicemia|glicose|insulina",
            "{woozy}|fraco|fraca|mal ~~4 nao ~1 {able} ~1 abrir ~1 olho|olhos",
            "sem conseguir|nao ~1 {able} ~1 ficar|manter acordado|acordada",
            "acordei|acordou ~1 no|pelo chao",
            "mal subito",
            "{kin}|ela|ele desmaio",
            "vendo|enxergando tudo ~1 preto|escuro|escurecendo|embacado ~~6 cair|cai|desmaiar|mal|fraco|fraca|tonto|tonta|caindo",
            "to|ta vendo|enxergando tudo ~1 preto|escuro|escurecendo",
            "remedio|comprimido|bebida|bebeu|alcool|cachaca|vodka|droga|drogas|usou|cheirou ~~6 apagado|apagada|desacordado|desacordada|acorda",
            "desmaio ~~2 nao|ainda ~1 volta|voltou|acordou|acorda",
            "{fainted} ~~3 nao ~1 volta|voltou|acordou|acorda",
            "desmaiar agora|socorro",
            "^ desmaio $",
            "desmaio ~~6 socorro|acode|ajuda",
            "acabou|acabei|acaba|acabaram de desmaiar|apagar|cair",
            "tendo|dando ~2 passamento|piripaque|troco|treco|chilique|faniquito",
            "teve|deu|tendo|dando|tive ~2 {collapse} ~~4 nao|caiu|caido|caida|chao|desmaiou|mole|volta|acorda|revirou",
            "sensacao|ameacando|comecando ~3 desmaio|desmaiar",
            "{having} ~3 desmaio|desmaios",
            "perdeu|perdendo|perdi|perder|perda|sem|perde ~2 sentidos|consciencia",
            "nao ~2 acorda|acordando|reage|desperta|reagindo|acordar|reagir|despertar",
            "{kin} ~~6 nao ~2 responde|respondendo|responder",
            "ele|ela|caido|caida|chao|desligado ~~4 nao ~2 responde|respondendo|responder",
            "nao responde ~2 estimulo|estimulos|chamado|chamo",
            "apagou ~~6 acorda|responde|reage|nada|repente|chao",
            "{kin} ~3 apagou|apagado|apagada",
            "ele|ela apagou",
            "caiu|desabou ~2 apagou",
            "sem|nao ~1 pulso|batimento|batimentos|batendo|sinais ~2 vida|coracao",
            "{kin}|ele|ela ~~2 sem pulso|batimento|batimentos|sinais|vida",
            "ta sem pulso|batimento|batimentos",
            "caiu ~3 duro|dura|desacordado|desacordada|durinho|desligado|desligada",
            "caiu|cai|caida|caido|desabou ~~6 nao ~2 levanta|mexe|acorda|responde|reage|fala|levantar|mexer",
            "{kin} ~4 caiu ~1 duro|desacordado|nada|repente",
            "caido|caida ~1 chao ~~6 desacordado|respira|responde|mexe|socorro|agora|frio|gelado",
            "revirou|revirando|virou|virando|revirado|revirados ~3 olho|olhos",
            "comecou|comecando|tremer|debater ~2 revirar|virar ~2 olho|olhos",
            "olho|olhos ~2 revirado|revirados|revirando|virando|virado|virados|virou",
        ),
        (
            r" (?:acord\w+|despert\w+)(?: \w+){0,2} (?:cedo|antes|horario|hora|despertador|a tempo|as \d+|"
            r"pra escola|\d+ horas|"
            r"de madrugada|a noite|disposicao|disposto|disposta|descansad[oa]|de manha|de noite)",
            r" (?:whatsapp|zap|mensagens?|msgs?|telefone|ligac\w+|email|recepcao|atendente|secretaria|"
            r"celular|contato|voces|medic[oa]|"
            r"doutor|doutora|clinica)(?: \w+){0,5} respond\w+ ",
            r" respond\w+(?: \w+){0,4} (?:whatsapp|zap|mensagens?|msgs?|telefone|ligac\w+|email|minha|"
            r"celular|pergunta|pesquisa) ",
            rf" (?:desmai\w+|apagar)(?: \w+){{0,5}} (?:{_PRICE}|fome|sono|cansaco|rir|susto|calor|emocao|agulha|cama|sofa) ",
            rf" (?:{_PRICE})(?: \w+){{0,5}} desmai\w+ ",
            r" (?:antibiotico|tratamento|remedio|quimio\w*|pele|organismo|medicacao)(?: \w+){0,4} (?:reage|"
            r"responde|respondendo)",
            r" (?:internet|wifi|sistema|site|pc|computador|notebook|celular|app)(?: (?:caiu|travou|ta|e|nao|parou|quase)){0,4}"
            r" (?:desmai\w+|apag\w+|respond\w+) ",
            r" respond\w+(?: [\w,]+){0,10} autis\w+ ",
            r" dorme(?: \w+){0,3} noite(?: [\w,]+){0,8} acord\w+ ",
            r" sentidos(?: ,)? (?:de|do) (?:gosto|cheiro|paladar|olfato) ",
            r" apag(?:ou|ar|ado|ada)(?: \w+){0,2} (?:luz|mensagem|msg|foto|conversa|contato|audio|app|tela|"
            r"celular|computador|"
            r"historico|tatuagem) ",
            r" (?:luz|mensagem|msg|foto|celular|tela|conversa|tatuagem)(?: \w+){0,3} apag\w+ ",
            r" (?:revir\w+|vir\w+)(?: \w+){0,2} olhos? (?:de raiva|pra mim|pra ela)",
        ),
        beside=("sedacao sedad[oa] anestesia endoscopia colonoscopia",),
    ),
    Sign(
        "seizure",
        _PHYSICAL,
        (
            "{seizing}",
            "acabou|acabei|acaba de convulsionar",
            "{having}|com|outra|nova|crise ~4 {seizure}",
            "{seizure} agora|hoje|socorro|ajuda",
            "meu|minha|nosso|nossa {kin} {seizure}",
            "{seizure} ~~2 nao|sem ~1 para|parar|passa|cessa|parou",
            "segunda|terceira|quarta|varias|seguidas|outra|muito|novo|duas|tres|2|3|4|5 {seizure}",
            "{seizure} ~2 seguida|seguidas",
            "comecou|ta|fica ~1 se debater",
            "estrebuchando|estrebuchar|estrebucha",
            "crise|ataque|crises ~1 {seizure}|epilepsia",
            "espumando|espuma|babando ~3 boca",
            "contorcendo ~~5 babando|chao|espumando|olho|olhos",
            "{kin} ~2 duro|durinho|dura|durinha ~~4 {seizing}|olho|olhos|babando|tremendo|acorda",
            "se tremendo todo|toda|inteiro|inteira",
            "{kin} ~3 todo|toda ~1 duro|dura|durinho|durinha ~~6 olho|olhos|tremendo|babando|roxo",
            "comecou|comecando|comeca ~2 tremer ~1 todo|toda|inteiro|inteira|corpo",
            "{seizure} ~~6 caiu|tremendo|tremer|chao|duro|dura|agora",
            "tremendo|tremer|duro|dura|chao ~~6 {seizure}",
            "se batendo todo|toda|inteiro|inteira",
            "{kin} ~3 tremendo todo|toda|inteiro|inteira",
            "tremendo todo|toda|inteiro|inteira ~~4 olho|olhos|responde|acorda|roxo|desmaiou",
        ),
        (
            r" debatendo (?:sobre|o|a|com|isso|esse|essa|em) ",
            r" tremendo(?: \w+){0,2} (?:de |por )?(?:frio|nervos\w+|ansios\w+|medo|ansiedade|raiva|emocao) ",
        ),
        beside=("pasta escov\\w+ creme travesseiro dentinho dentinhos",),
    ),
    Sign(
        "bleeding",
        _PHYSICAL,
        (
            "{bleeding} ~3 {alot}|socorro|agora",
            "to sangrando $",
            "{bleeding}|sangue ~2 pela|pelo boca|ouvido|ouvidos|orelha",
            "hemorragia|ensanguentado|ensanguentada",
            "{alot} ~2 {bleeding}",
            "muito|tanto|bastante|horrores|monte|montao|balde|baldes|perdendo|perdeu|perdi|litros|poca|jorro|banho|cheio|cheia|coberto|coberta ~2 sangue",
            "sangue ~2 demais|jorrando|esguichando|sem|escorrendo|esvaindo|espirrando|vivo|muito",
            "sangue ~4 nao para|estanca|parou",
            "nao ~2 para|parou|parando|estanca|paro|estancar|parava ~4 {bleeding}|sangue",
            "{bleeding} ~~12 nao para|estanca|parou|parava|estancar|passa",
            "{bleeding} ~3 coagulo|coagulos ~2 enorme|enormes|grande|grandes|muito",
            "sangue ~2 todo|tudo lado|canto",
            "sangrando|sangramento ~~6 toalha|encharcando|encharcou|encharquei|ensopou|pingando",
            "{gushing} ~3 sangue",
            "sangue ~4 {gushing}",
            "perfurou|perfurei|furou|atravessou|cravou|fincou|espetou ~4 barriga|{chest}|olho|pescoco|cabeca|costas|pulmao|abdomen",
            "saiu|saindo|sai ~3 sangue ~~6 tossi|tossir|tossindo|vomitei|urina|boca",
            "enfiou|enfiei|meteu|meti|cravou|enfiaram ~2 {blade} ~4 barriga|peito|pescoco|costas|braco|perna|coxa",
            "absorvente|absorventes|fralda|toalha ~4 encharcado|encharcada|encharcando|encharcados ~~6 hora|minuto|minutos|min|tonta|fraca|palida",
            "esvaindo ~1 sangue",
            "vomitando|vomitou|vomitei|vomito ~3 borra",
            "fezes|coco|evacuando|cagando ~2 preta|pretas|preto|escuras ~~8 tonto|tonta|tontura|palido|palida|fraco|fraca|desmaiar|desmaiando|anticoagulante",
            "dengue ~~8 {bleeding}|sangue|desmaiando",
            "sangue ~3 ouvido|ouvidos",
            "cabeca ~4 {bleeding}|sangue",
            "{bleeding} ~4 cabeca|pescoco|olho|barriga|ouvido|pulso",
            "cortei|cortou|rasgou|rasguei|corte|furou ~4 fundo|profundo|veia|pulso|pulsos|pescoco|arteria|osso|feio",
            "cortou|cortei|cortado|acertou|pegou ~~6 {machine}",
            "corte|cortou|cortei|ferida|machucado|ferimento|machucou ~~6 nao para|estanca",
        ),
        (
            r" (?:um )?(?:pouco|pouquinho|pouquinha|leve|gotinhas?|pingo|filete|fiapo|risco|risquinho|fio|fiozinho|"
            r"raios?) (?:de )?(?:sangue|na|no)",
            r" (?:sangr\w+|sangue)(?: (?!agora )\w+){0,2} (?:(?<!agora )pouco|pouquinho|pouquinha|leve|levinho|fraquinho)",
            r" (?:muito|bastante) sangue (?:para|pra|no exame|nesse exame|tiram|coletam|colhem)",
            r" (?:exames?|coleta|coletar|colher|tirar|tirou|tiram|tiraram|doar|doacao|tipo|banco|"
            r"laboratorio|jejum|amostra|tubos?)"
            r"(?: \w+){0,4} sangue",
            r" sangue(?: \w+){0,2} (?:pra exame|para exame|do exame|para doacao) ",
            r" sangue (?:frio|quente|vivo nas veias|azul|bom|do meu sangue) ",
            r" (?:cirurgia|extracao|siso|procedimento|diu|piercing|tatuagem|biopsia|papanicolau|preventivo|parto)"
            r"(?: \w+){0,3} (?:sangra|sangrar) ",
            r" nariz (?!.*(?:nao para|muito|demais|jorrando|parar|estanca|estancar|coagul))",
            r" (?:siso|dente|dentes|canal|aparelho|implante|extracao|escov\w+)(?: [\w,]+){0,10} boca ",
            r" boca(?: [\w,]+){0,10} (?:siso|dente|dentes|canal|aparelho|implante|extracao|escov\w+) ",
            r" (?:cortei|cortou|corte)(?: \w+){0,3} (?:cabelo|cabelos|franja|barba|unhas?|gastos?|relacoes|"
            r"acucar|gluten|pano|tecido) ",
        ),
        beside=("gengivas? espinhas? cuticula casquinha aftas? hemorroidas? mosquito cravo",),
    ),
    Sign(
        "self_harm",
        _EMOTIONAL,
        (
            "{wanting} ~3 {dying}",
            "{pills}|cartela|caixa|frasco ~~8 vou|quero|pensando|vontade ~2 tomar|engolir tudo|todos|inteira|inteiro|muito",
            "{wanting} ~5 me|se matar|mata",
            "{wanting} ~3 suicidar|suicida|suicidio|suicidas|suicidando|enforcar",
            "me matar|mato hoje|agora|logo",
            "me|se suicidar|suicidou|suicidando|enforcar|enforcou|enforcando",
            "cometer|ideacao|tentativa|tentou|tentei|pensamento|pensamentos ~2 suicidio|suicida|suicidas",
            "tirar|tiro|acabar|terminar|fim|encerrar|acabo|interromper|tirando|dar ~3 minha|propria|sua|dele|dela|essa vida",
            "acabar|acabo|terminar|fim ~2 com? tudo|sofrimento|isso|nisso|dor",
            "nao|sem|nem ~4 viver|existir|vivendo",
            "nao ~2 quero|aguento|suporto|consigo|tenho|vale|ve|vejo|faz|tem|ha|aguenta|quer ~4 viver|vivendo|vida|existir|viva|vivo",
            "nao ~1 quero|aguento|queria|quer ~1 mais? estar|ficar|continuar nesse|neste|aqui|nesta|nessa|mundo",
            "queria|quero|preferia ~2 nao ~2 existir|nascido|acordar",
            "nao queria ter nascido",
            "{wanting} ~2 sumir|desaparecer ~3 nao|nunca ~1 voltar",
            "{pills}|veneno|tomo|tomei|tomar|faco ~2 pra|para morrer",
            "nao quero|queria mais? vive",
            "nunca|nao ter|devia|tivesse ~1 nascido",
            "{wanting} ~1 dormir pra|para sempre",
            "dormir ~3 nao|nunca ~1 acordar",
            "desisti|desistir|desistindo|cansei|cansada|cansado|cansou|desistiu|farta|farto ~3 viver|vida",
            "perdi|sem|perdeu ~2 vontade|razao|motivo|sentido ~3 viver|vida",
            "vida ~2 nao ~3 sentido|vale|pena|importa",
            "me|se cortando|mutilando|automutilando|mutilar|automutilar|queimando ~3 proposito|braco|bracos|coxa|pulso|pulsos|alivio|dor",
            "me|se cortando|mutilando|automutilando|mutilar|automutilar|mutila|mutilei",
            "se|me cortou|cortei|corta|corto ~4 gilete|lamina|estilete|navalha|proposito|todo|toda",
            "pulso|pulsos ~1 cortado|cortados",
            "me cortei $",
            "melhor ~3 nao existisse|existir|estivesse|nascesse",
            "se eu nao existisse|nascesse",
            "me cortei ~1 novo|inteira|inteiro|pulso|pulsos|proposito|braco|bracos",
            "{blade} ~2 mao|maos|pulso|pulsos|pescoco|cabeca",
            "dar|dou ~1 tiro ~2 cabeca|peito|mim|boca|ouvido",
            "vontade|quero|queria|vou|pensando|preciso|voltei|comecei|penso ~3 me cortar|machucar|ferir|furar",
            "automutilacao|autolesao",
            "cortei|cortar|cortou|corto ~3 pulso|pulsos|bracos",
            "me|se jogar|jogo|atirar|tacar|jogou|joga|jogando ~5 {height}|trem|metro|carro|rio|caminhao|onibus|carreta|frente|trilho|trilhos|abismo",
            "pular|pulo|pula|pulando|salto|saltar ~4 {height}",
            "{heights_end} ~~5 pular|jogar|atirar",
            "ameacando ~1 pular|jogar|matar",
            "sumir|desaparecer|sair ~2 mundo|sempre|vida|terra",
            "mundo|vida|todos|familia|todo|eles|voces|pessoas ~5 melhor ~2 sem mim|morto|morta",
            "melhor eu|se ~2 morrer|morresse|morto|morta",
            "ninguem ~3 falta ~3 morrer|sumir|mim",
            "ninguem ~2 sentir|sentiria|vai ~2 minha falta",
            "ninguem ~2 sentir|sentiria ~1 falta ~1 mim|dela|dele|minha",
            "tirar|tirando|tirou|tiro|tira ~1 a vida",
            "bilhete|carta ~~8 falta|morrer|adeus|perdao|despedindo|desculpa ~~2 dela|dele|mim|tudo",
            "carta|bilhete ~2 despedida",
            "morte|morrer|matar ~2 unica|melhor ~1 saida|solucao|alivio|opcao",
            "suicidio ~3 saida|solucao|alivio|opcao",
            "saida|solucao|jeito|opcao|escolha ~1 nao|sem ser ~1 morrer|morte|matar|mato",
            "nao ~1 vejo|enxergo|ve mais? nenhuma? saida ~3 vida|mim|morrer|mais",
            "ninguem ~4 se eu morresse|sumisse|desaparecesse|morrer|sumir|desaparecer",
            "vozes ~~6 matar|morrer|pular|cortar|machucar",
            "comprei|tenho|peguei|arrumei ~2 corda|veneno|arma|chumbinho ~~8 matar|morrer|fim|acabar|enforcar|hoje",
            "{wanting} ~3 bater|jogar|enfiar ~2 carro|moto ~3 poste|caminhao|muro|barranco|ponte|carreta",
            "da|dar|dou|por|ponho|colocar|botar|daria ~2 fim ~3 vida|tudo|sofrimento|nisso",
            "cima|beira|parapeito|alto|topo ~1 {heights_end}",
            "nao ~1 vejo|ve|tenho|tem|acho|ha ~1 motivo|motivos|razao|sentido ~2 continuar $",
            "nao ~1 vejo|ve|tenho|tem|acho|ha ~1 motivo|motivos|razao|sentido ~2 viver|existir|vivo|viva",
            "{blade}|remedio|veneno ~~3 pra|para me|se matar|enforcar|cortar",
            "pular|pulo|pulando ~2 frente ~2 metro|trem|carro|onibus|caminhao",
            "me|se despedi|despediu|despedindo ~2 todos|mundo|filhos|familia",
            "ultimo dia ~1 minha vida",
            "se eu morresse|sumisse|desaparecesse ~4 ninguem|falta|diferenca|melhor|importar|ligar|alivio",
            "unica ~1 saida|solucao|opcao ~2 morrer|morte|matar",
            "vou|quero|medo|pensando|vontade|capaz ~2 fazer|cometer ~1 besteira",
            "carta|bilhete|mensagem|despedindo|despedida ~~5 suicidio|suicida|morrer|matar",
            "vou|quero|queria|vontade|pensando|penso|pensei|vai|disse|separei|juntei ~2 tomar|engolir|beber ~4 {many} ~3 {pills}",
            "vou|quero|queria|vontade|pensando|vai|penso ~2 tomar|beber ~2 veneno|chumbinho",
            "mato|matar a mim",
            "me mato",
        ),
        (
            r" (?:tirou|tiraram|perdi|perdeu|passou|acabou|sumiu|curou|acabaram)(?: \w+){0,2} vontade de morrer ",
            r" (?:faca|corda)(?: \w+){0,2} (?:na|no) (?:mao|pescoco) (?:de|da|do) ",
            r" (?:morrer|morta|morto|morrendo|sumir)(?: \w+){0,1} (?:de|com) (?:\w+ )?(?:rir|vergonha|fome|"
            r"sede|sono|saudades?|calor|frio|"
            r"raiva|preguica|medo|ansiedade|curiosidade|tedio|cansaco|amores?|ciumes?|odio|inveja|"
            r"tanto rir|trabalhar|velhice|"
            r"velh[oa]|susto|infarto|cancer|covid|nada|dengue|catapora) ",
            r" (?:prefiro|preferia) morrer (?:do que|que|a|antes)(?: de)? (?!continuar|viver|seguir|passar|"
            r"ficar|sofrer)",
            r" (?:nao quero|medo|pavor|panico|receio)(?: \w+){0,4} (?:morrer|morte) ",
            r" (?:vai|vao|quer|querem) (?:acabar )?(?:me|te|nos) matar ",
            r" (?:vai|vao) (?:morrer|se matar de) ",
            r"(?<! se)(?<! me) (?:matar|mato|mata) (?:a|as|de|essa|minha|o|um|uma|saudade|aula|trabalho|tempo|fome|sede|"
            r"curiosidade|barata)"
            r" (?!mim)",
            r" (?:me|se) (?:matar|mato|mata|matando) (?:de|trabalhando|estudando|treinando|na academia|pra|"
            r"para|por|com) ",
            r" suicidi\w+ (?:na|no|em) (?:aula|escola|palestra|igreja|culto|missa|novela|filme|serie|jornal|faculdade) ",
            r" suicidi\w+ (?:financeiro|politico|comercial|assistido|social|profissional)",
            r" (?:sem|nao|nem)(?: \w+){0,5} viver (?:sem|de) ",
            r" (?:qualidade|plano|seguro|projeto|historia|amor|mudanca|estilo) (?:de|da)(?: \w+)? vida ",
            r" (?:nao consigo|nao sei|impossivel)(?: \w+){0,2} viver (?:com|assim|sem|so|longe) ",
            r" (?:jogar|jogo|joga|jogou|atirar)(?: \w+){0,3} (?:bola|video|futebol|online|celular) ",
            r" (?:pular|pulo|pula)(?: \w+){0,4} (?:carnaval|corda|etapa|refeicao|catraca|fila|pascoa|cama|"
            r"sofa) ",
            r" (?:acabar|acabo|terminar|fim) (?:com |em )?(?:tudo|isso|nisso|a|essa|"
            r"minha)?(?: \w+){0,2} (?:tratamento|sessoes|sessao|consulta|"
            r"canal|pagamento|namoro|faculdade|aparelho|obra|curso|parcelas|colica|coluna|cabeca|dente|"
            r"joelho|costas|espinha|acne|enxaqueca|fila|papelada|novela) ",
        ),
        beside=("kkk",),
    ),
    Sign(
        "allergic_swelling",
        _PHYSICAL,
        (
            "garganta|glote|traqueia ~4 fechando|fechou|fecha|fechada|travando|inchando|inchou|trancando|trancou",
            "fechando|fechou|inchando|inchou|trancando ~2 garganta|glote",
            "lingua ~4 inchando|inchou|inchada|crescendo|enorme|grossa|grossinha",
            "{allergen} ~~8 inchando|inchou|inchado|inchada todo|toda|tudo|inteiro|inteira",
            "inchando|inchou|inchado|inchada todo|toda|inteiro|inteira ~~8 {allergen}",
            "{allergen} ~~8 passando muito? mal",
            "inchou|inchando|inchada ~2 lingua",
            "{face}|olhos|pescoco|garganta ~4 {swelling} ~~12 alergia|alergica|camarao|abelha|vespa|picada|marimbondo|amendoim|ar|respirar|remedio|dipirona|antibiotico|fruto|castanha|empipocado|empolado|comeu|comi|tomei|tomou",
            "{allergen} ~~14 {face}|olhos|garganta|pescoco ~4 {swelling}",
            "inchou|inchando|inchada|inchado ~3 {face}|olhos ~~10 alergia|alergica|camarao|abelha|amendoim|dipirona|remedio|picada|respirar|ar",
            "{allergen} ~~10 aperto|apertando|apertada|coceira|cocando ~1 garganta",
            "{allergen} ~~10 rouco|rouca|rouquidao",
            "todo|toda|muito|bem inchado|inchada|empolado|empolada ~~6 rouco|rouca|ar|respirar|garganta|tonto|tonta|vomitando",
            "picada|picou|ferroada|picaram|ferrou ~4 garganta|boca|lingua",
            "varias|muito|dezenas|enxame|ataque ~2 abelha|abelhas|vespa|vespas|marimbondo|marimbondos",
            "inchando|inchou|inchado ~3 olhos|boca|rosto|labios ~2 e ~2 boca|labios|lingua|garganta|olhos",
            "{allergen} ~~10 {swelling} ~2 {face}|olhos|lingua|garganta",
            "edema ~1 glote",
            "choque anafilatico|anafilatica",
            "anafilaxia",
            "reacao anafilatico|anafilatica",
            "reacao|crise|alergia alergica? ~1 muito? forte|grave|severa|braba|horrivel ~~8 inchando|inchou|respirar|garganta|ar|rosto|boca|agora|inchada|inchado|lingua",
        ),
        (),
        beside=("amigdal\\w+ pus siso extracao espinha botox preenchimento harmonizacao chor\\w+",),
    ),
    Sign(
        "poisoning",
        _PHYSICAL,
        (
            "{swallowed} ~4 {poison}",
            "{swallowed} ~4 produto ~2 limpeza",
            "{swallowed} ~3 {many}|demais ~3 {pills}",
            "{swallowed} ~3 {pills} ~2 {many}|demais|vez",
            "{swallowed} ~2 10|12|15|18|20|25|30|35|40|45|50|60|80|90|100 ~2 {pills}",
            "misturou|misturei|misturando ~6 bebida|alcool|cachaca|vodka|droga|remedio|comprimido ~~6 {woozy}|apagado|apagada|passando",
            "agrotoxico|veneno|inseticida|pesticida|formicida|raticida|gas|fumaca|cloro ~~8 babando|{woozy}|desmaiou|ar",
            "insulina ~4 demais|mais|errada|dobro|dobrada|vezes ~~8 {woozy}|suando|acorda",
            "cheirou|cheirei|usou|usei|fumou|fumei|{swallowed} ~4 cocaina|crack|droga|drogas|heroina|ecstasy ~~8 passando|desmaiou|respira|coracao|acorda|{woozy}",
            "caiu|espirrou|pingou|jogou|jogaram|entrou ~4 {poison} ~4 olho|olhos",
            "{swallowed} ~5 pensando|achando|achou|achei|pensou ~1 era",
            "{swallowed} ~4 sem querer ~~8 queimando|ardendo|passando|{woozy}",
            "{swallowed} ~2 vidro|frasco|cartela|caixa|pote ~4 todo|toda|inteiro|inteira",
            "garagem|carvao|aquecedor|churrasqueira|gerador|braseiro|escapamento ~~10 tonto|tonta|vomitando|desmaiou|desmaiando|mole|acorda",
            "{child} ~~3 {swallowed} ~2 remedio|produto ~2 rato|barata|piolho|carrapato|sarna|cachorro",
            "dopado|dopada|dopou|doparam ~~8 mal|acordado|acordada|agora|{woozy}",
            "{swallowed} ~4 planta|cogumelo|semente|folha ~~8 {woozy}|babando|passando|inchando|boca",
            "{swallowed}|misturei|misturou ~5 vodka|cachaca|alcool|whisky|bebida|cerveja com|e ~2 {pills}",
            "{swallowed} ~3 {pills} ~3 nao sei quanto|quantos|quantas|quais|qual",
            "cheirou|cheirei|inalou|inalei ~2 cola|lolo|lanca|tiner ~~4 estranho|estranha|mal|{woozy}",
            "{swallowed} ~6 por engano|acidente ~~6 {woozy}",
            "{swallowed} ~6 errado|errada|trocado|trocada|dobrado|dobrada ~~6 {woozy}",
            "{swallowed} ~5 {pills} ~~6 vezes|dobro|engano|errado ~~6 {woozy}",
            "envenenado|envenenada|envenenou|envenenaram|envenenei|envenenamento",
            "overdose|superdosagem",
            "acabei|acabou|acaba de tomar|engolir|beber|ingerir|comer ~4 {many}|{poison}|veneno",
            "acabei|acabou|acaba de tomar|engolir|ingerir 10|12|15|18|20|25|30|40|50|60|80|100 ~2 {pills}",
            "gas|fumaca|monoxido|veneno|produto|remedio ~~6 passando mal",
            "{swallowed} ~~8 veneno|venenosa|venenoso|chumbinho|querosene|sanitaria",
            "{child} ~~6 engoliu|mastigou|ingeriu|comeu ~~3 {pills}",
            "tomou|engoliu|comeu ~2 {pills} ~1 da|do|dos avo|vo|mae|pai|irmao|irma|vovo",
            "{child} ~~6 tomou|bebeu|engoliu ~1 meu {pills}",
            "{swallowed} ~2 dose ~3 errada|demais|dobrada|alta",
            "intoxicado|intoxicada|intoxicou|intoxicacao ~4 gas|fumaca|veneno|remedio|grave|produto",
            "inalou|inalei|cheirou|cheirei|respirou|respirei|inalando|aspirou ~3 gas|fumaca|cloro|veneno|amonia|produto",
            "picado|picada|picou|mordeu|mordida|mordido|picaram ~4 cobra|escorpiao|jararaca|cascavel|armadeira|viuva|aranha|serpente",
            "cobra|escorpiao|jararaca|cascavel|aranha|serpente ~2 picou|mordeu|pegou|ferrou",
            "engoliu|engoli|engolio ~4 pilha|bateria|moeda|brinquedo|ima|prego|agulha|parafuso|alfinete|espinha|vidro|caroco",
        ),
        (
            r" (?:acido) (?:folico|urico|hialuronico|acetilsalicilico|ascorbico|valproico) ",
            r" tom\w+ (?:\w+ )?(?:um )?(?:banho|susto|cuidado|vacina|posse|cafe|agua(?! sanitaria)) ",
            r" (?:todo|toda|inteir[oa])(?: (?:do|da|de|o|a|meu|minha))* (?:anticoncepcional|antibiotico|vitaminas?|tratamento|suco|agua|leite) ",
            r" (?:caixa|cartela|vidro|frasco|pote)(?: (?:do|da|de|o|a|meu|minha))* (?:anticoncepcional|antibiotico|vitaminas?|"
            r"chocolate|bombom|suco|leite|sorvete|doce|agua) ",
            r" overdose de (?:\w+ )?(?:cafe|cafeina|carinho|amor|fofura|trabalho|informac\w+|doces?|chocolate|series?|estudos?|alegria) ",
            r" agulha (?:de|da) (?:vacina|injecao) ",
            r" carocos? (?:de|da|do) (?:melancia|melao|uva|laranja|limao|mexerica|tangerina|bergamota|maca|maracuja|jabuticaba) ",
            r" (?:de \d+ em \d+|\d+ vezes|por dia|ao dia|todo dia|todos os dias) ",
        ),
        beside=(
            "cachorr[oa] gat[oa] gatinh[oa] pet cadela",
            "receitou receitad[oa] prescreveu prescrit[oa] conforme certinho direitinho acabou acabaram",
        ),
    ),
    Sign(
        "pregnancy",
        _PHYSICAL,
        (
            "{pregnant}|semanas|gestacional ~~10 {bleeding}|sangue|hemorragia",
            "{bleeding}|sangue ~~10 {pregnant}|semanas|bebe",
            "{pregnant}|semanas ~~10 liquido|contracao|contracoes|desmaiou|convulsao",
            "bolsa ~1 vazando|romper",
            "perdendo|perdi|vazando|saindo ~2 liquido ~~8 {pregnant}|semanas|bebe",
            "perdendo liquido amniotico|gravidez|gravida",
            "bolsa ~2 estourou|rompeu|estorou|estouro|rompida|furou",
            "estourou|rompeu|estorou ~2 bolsa",
            "trabalho de parto",
            "dando ~1 luz",
            "ganhando|parindo ~1 bebe|agora|aqui",
            "contracao|contracoes ~6 minuto|minutos|min|forte|fortes|agora|seguidas|muito",
            "bebe|nenem|crianca|filho ~2 nascendo|coroando",
            "bebe ~3 vai|quer nascer agora|aqui",
            "nao ~1 sinto|senti|sente|sentindo ~3 bebe ~3 mexer|mexendo|mexe|barriga",
            "bebe ~2 parou|nao|nem|para ~3 mexer|mexe|mexendo|mexeu",
            "perdendo|abortando ~2 bebe|agora|sangrando|sangue",
            "tendo|to|ta|sofrendo|acho ~3 aborto",
            "aborto sangrando|sangue|agora|espontaneo",
            "{pregnant}|semanas ~~10 pressao ~4 15|16|17|150|160|170|alta|altissima|{hypertensive} ~~10 vendo|visao|vista|cabeca|estomago|pontinho|pontinhos|inchada",
            "placenta ~1 nao ~1 saiu|sai",
            "pari|pariu|nasceu ~~3 casa|carro|banheiro ~1 agora",
            "bebe ~2 vindo|saindo|coroando",
            "sentindo|vendo|aparecendo ~2 cabeca ~2 bebe|saindo|saiu",
            "to|ta sentindo a cabeca $",
            "{pregnant} ~~10 vendo|visao|vista|cabeca|pontinhos|estrelinhas ~~8 pressao ~2 alta|altissima|subiu",
            "eclampsia",
        ),
        (
            r" (?:plano|curso|video|preparacao|licenca) (?:\w+ )?parto ",
            r" (?:no|meu|ultimo|primeiro)(?: \w+)? parto ",
            r" (?:pouquinho|gotinhas?|pinguinho|risco|risquinho|fio|fiozinho|raios?) de sangue ",
            r" bolsa (?:familia|de estudos|de valores|da minha|de grife)",
            r" (?:semanas)(?: \w+){0,3} (?:atras|menstruac\w+|passada) ",
            r" (?:exames?|coleta|tirar|colher|tipagem|beta|hcg|resultado|laboratorio)(?: \w+){0,5} sangue ",
            r" sangue(?: \w+){0,3} (?:exame|beta|hcg|confirmar|resultado|laboratorio) ",
        ),
        beside=("vomit\\w* gengiva nariz",),
    ),
    Sign(
        "infection",
        _PHYSICAL,
        (
            "mancha|manchas|pintinhas|pintas ~3 roxa|roxas|roxo ~~8 febre",
            "febre ~~8 mancha|manchas|pintinhas|pintas ~2 roxa|roxas|roxo",
            "pescoco|nuca ~2 duro|dura|rigido|rigida|rigidez|endurecido ~~8 febre|vomitando|vomitou|confuso|confusa",
            "febre|cabeca|vomitando ~~8 pescoco|nuca ~2 duro|dura|rigido|rigida|endurecido",
            "febre ~~8 delirando|variando|alucinando|confuso|confusa|gemendo|prostrado|prostrada|desfalecido",
            "delirando|variando|alucinando|gemendo ~~6 febre|39|40|41",
            "febre ~3 41|42",
            "bebe|nascido|nascida ~~10 nao ~1 mama|mamar|mamando ~~8 {limp}|acorda|febre|reage|gemendo",
            "bebe|nascido|nascida ~~8 {limp}|gemendo|febre ~~6 nao ~1 mama|mamar|mamando|acorda",
            "bebe|nascido|nascida ~3 gelado|gelada|gelando",
            "bebe|nascido|nascida ~5 sem forca|forcas|reacao|reagir|chorar",
            "bebe ~3 dia|dias|semanas ~~5 febre",
            "bebe ~1 de 1|2|um|dois mes|meses ~~5 febre",
        ),
        (r" (?:pescoco|nuca)(?: \w+){0,4} (?:dorm\w+|torcicolo|travesseiro|jeito) ",),
        beside=("torcicolo travesseiro",),
    ),
    Sign(
        "accident",
        _PHYSICAL,
        (
            "atropelado|atropelada|atropelou|atropelaram|atropelamento",
            "acidente ~5 grave|feio|agora|ferido|ferida|preso|presa|sangrando|sangue|feridos|ferragens|horrivel|socorro",
            "sofri|sofreu|sofremos|aconteceu|teve ~2 acidente",
            "bateu|capotou|bati|capotei ~2 carro|moto ~~8 preso|presa|sangrando|sangue|ferido|machucado|desacordado|socorro|agora",
            "capotou|capotei|capotamos",
            "preso|presa ~2 ferragens",
            "queimou|queimei|queimado|queimada ~3 agua|oleo|sopa|leite quente",
            "{child} ~1 queimado|queimada",
            "queimou|queimei|queimadura|queimado|queimada|queimando|queimaduras ~6 grave|corpo|rosto|oleo|fervendo|fervente|alcool|fogo|terceiro|inteiro|inteira|explosao|acido|cara|feia|peito|eletrica|gasolina|toda|todo",
            "oleo|agua|alcool|panela|gasolina|cafe ~2 quente|fervendo|fervente ~4 cima|corpo|rosto|cara|barriga|peito|perna|crianca|bebe|virou|caiu|derramou",
            "virou|caiu|derramou|derramei ~3 oleo|agua|panela|cafe|leite ~1 quente|fervendo|fervente",
            "virou|derramou|derrubou|puxou|virei|derrubei ~3 panela|oleo|agua|leite|chaleira|sopa|cafe ~4 cima|corpo|perna|braco|rosto|peito",
            "pegou|pegando ~1 fogo",
            "explodiu|explosao ~6 rosto|cara|mao|corpo|ferido|ferida|gente|cima|socorro",
            "roupa|corpo|cabelo|casa ~2 chamas|fogo",
            "caiu|cai|caindo|despencou ~4 telhado|laje|andar|andaime|janela|altura|sacada|varanda|muro|ribanceira",
            "bateu|bati|batendo|bateram|pancada|machucou ~3 {head} ~~12 {woozy}|estranho|estranha|esquisito|esquisita|lento|lenta|vomitando|vomitou|sangue|sangrando|desmaiou|sonolento|sonolenta|desacordado|desacordada|mole|molinho|confuso|confusa|acorda|responde|apagou",
            "caiu|cai|queda ~~6 bateu|bati|batendo|de ~2 {head} ~~8 {woozy}|estranho|estranha|esquisito|esquisita|vomitando|vomitou|sangue|sangrando|desmaiou|sonolento|desacordado|desacordada|mole|confuso|acorda|responde|forte",
            "caiu|cai|queda|bateu|acidente ~~10 nao ~2 sente|sinto|sentindo|mexe|mexo|mexer ~2 perna|pernas|corpo|braco|bracos|nada",
            "osso ~3 fora|exposto|aparecendo|aparece|expostos",
            "fogo ~3 roupa|corpo|cabelo|rosto|{kin}",
            "braco|bracos|peito|rosto|perna|pernas|corpo|costas|maos ~3 queimado|queimada|queimados|queimadas",
            "queimou|queimei|queimadura ~~10 pele ~1 soltou|soltando|saiu|saindo|descolando|descolou|caindo|preta",
            "acido|soda|caustica|cloro|cal ~4 braco|bracos|olho|olhos|rosto|pele|mao|cara|perna|corpo",
            "enfiou|enfiei|botou|colocou|pos ~3 tomada",
            "choque ~~6 mole|tremendo|desmaiou|desacordado|desacordada|queimou|caiu|acorda|grudado",
            "descarga eletrica",
            "carro|moto|onibus|caminhao|van|caminhonete ~1 pegou|atingiu|acertou|atropelou ~2 {kin}|mim|gente",
            "carro|moto|onibus|caminhao ~1 passou por|em cima",
            "fratura exposta",
            "decepou|decepei|amputou|amputei|decepado|decepada|esmagou|esmagado",
            "arrancou|perdeu|cortou|cortei|serrou ~2 dedo|dedos|mao|braco|perna ~2 fora|serra|maquina|inteiro|pedaco",
            "arrancou|decepou|serrou ~1 dedo|dedos|mao",
            "prendeu|prendi|enfiei|enfiou|pegou|agarrou ~3 mao|braco|dedo|dedos|cabelo ~3 {machine}|prensa|moedor|engrenagem",
            "perdi|perdeu ~1 um|dois|tres|quatro dedo|dedos",
            "pitbull|cachorro ~1 atacou|avancou ~~6 {bleeding}|sangue|rosto|pescoco|rasgou",
            "levou|tomou|levei|tomei|levaram|deram|recebeu ~1 tiro|tiros|facada|facadas",
            "{shot}",
            "ferido|ferida ~3 bala|faca|tiro|arma",
            "eletrocutado|eletrocutada|eletrocutou|eletrocutei|eletrocussao",
            "levou|levei|tomou|tomei|recebeu ~3 choque ~5 eletrico|tomada|fio|chuveiro|forte|energia|grudado|poste|alta|desacordado|desmaiou|eletricidade|220|caido|caida|chao|responde|roxo",
            "choque eletrico",
            "afogou|afogando|afogado|afogada|afogamento|afogar|afogo",
            "engoliu|bebeu ~2 agua ~3 piscina|mar|rio ~~6 respira|respirar|tossindo|mole|roxo|desmaiou",
            "apanhando|espancado|espancada|espancou|espancando|estrangulou|enforcando|esganou",
            "enforcado|enforcada",
        ),
        (
            r" (?:pegou|pegando) fogo(?: \w+){0,3} (?:calor|febre|raiva|verao|sol|corrida) ",
            r" (?:pegou|pegando) fogo (?:de|com|o clima|no parquinho|no trabalho) ",
            r" (?:levou|levei|tomei|tomou) um choque(?: \w+){0,2} (?:com|quando|ao) (?!tomada|fio|chuveiro)",
            r" celular(?: \w+){0,3} tomada ",
            r" acido(?: \w+)? (?:hialuronico|glicolico|retinoico|salicilico|mandelico|azelaico) ",
            r" queim\w+ (?:a|minha) (?:lingua|boca) ",
            r" queimad[oa]s?(?: \w+)? (?:de|do|da|pelo) (?:sol|praia|piscina|depilacao|laser) ",
            r" explo\w+ de (?:gente|rir|raiva|alegria|felicidade|tanto|paciente|mensagens?) ",
            r" acidente (?:com|de) (?:material|percurso|trabalho) (?:ha|em|do) ",
            r" afog\w+ (?:em|de|nas?|no) (?:\w+ )?(?:trabalho|dividas?|contas|servico|boletos?|tarefas?|"
            r"provas?|magoas?|papelada|lagrimas) ",
            r" (?:queim\w+)(?: \w+){0,3} (?:gordura|calorias?|sol|praia|arroz|filme|largada|lampada|"
            r"chuveiro|celular|etapa|estomago) ",
            r" terapia(?: \w+){0,2} choque ",
            r" (?:internet|site|sistema|dolar|bolsa|temperatura|cabelo|pressao)(?: \w+){0,2} (?:caiu|cai) ",
        ),
        beside=("parquinho seguro advogado pericia boletim dpvat inss",),
    ),
    Sign(
        "dying",
        _PHYSICAL,
        (
            "to|ta|tao|acho|sinto|sentindo ~3 morrendo",
            "morrendo socorro|ajuda",
            "agonizando|moribundo|moribunda",
            "socorro|ajuda ~~4 morrer|morrendo",
            "acho|sinto|parece|sensacao|certeza ~2 vou|vai morrer",
            "vou|vai morrer agora|socorro",
            "chama|chame|chamem|chamar|manda|mandem|mande|preciso|precisa|precisamos|urgente|pedir|liga|ligar|ligue ~4 ambulancia|samu|resgate",
            "ambulancia|samu urgente|agora|socorro|rapido|por",
            "passando ~2 mal ~5 socorro|morrer|desmaiar|morrendo|caido|caida|caiu|desacordado|ajuda|acode",
            "passando ~2 mal ~1 coracao|peito",
            "socorro|acode ~~6 passando muito? mal",
            "hipoglicemia|glicemia|glicose|diabetica|diabetico ~~6 desmaiando|apagando|acorda|responde|suando|baixa|baixissima|{woozy}",
            "ta|tao nas ultimas",
            "acho que ela|ele ~1 morreu",
            "{kin}|ele|ela ta ~1 morto|morta",
            "passando muito|bem|super|mega mal",
            "passando mal demais|muito",
            "glicemia|glicose|dextro|acucar ~3 20|22|25|28|30|32|35|38|40|42|45|48 ~~6 {woozy}|suando|acorda|mal|desmaiando",
            "acucar ~3 baixo|baixissimo|baixinho ~~6 {woozy}|suando|desmaiando|acorda",
            "insolacao|calor|sol ~~6 confuso|confusa|desmaiou|delirando",
            "barriga|abdomen ~2 dura|duro|rigida ~~6 insuportavel|vomitando|febre",
            "acho que ~2 {kin} morreu",
            "{kin} ~3 gelado|gelada|frio|fria ~~6 nao ~1 mexe|responde|respira|acorda",
        ),
        (
            r" morr(?:endo|er)(?: \w+){0,1} (?:de|com) (?:\w+ )?(?:rir|vergonha|fome|sede|sono|saudades?|"
            r"calor|frio|raiva|preguica|medo|"
            r"ansiedade|curiosidade|tedio|cansaco|amores?|ciumes?|odio|inveja|dor|dores|trabalhar|orgulho|"
            r"vontade|colica|"
            r"enxaqueca|tosse|gripe|pena|coceira|nervoso|alegria|felicidade|dengue|tpm|ressaca) ",
            r" (?:celular|bateria|carro|planta|plantinha|cachorro|gato|gata|peixe|zap|computador|notebook|"
            r"wifi)(?: \w+){0,2} morr\w+ ",
            r" mort[oa] (?:de|com|na|pra) ",
            r" morrendo (?:pra|para|por) ",
        ),
        beside=(
            "valor preco custa atestado transporte remocao",
            "kkk",
        ),
    ),
)
