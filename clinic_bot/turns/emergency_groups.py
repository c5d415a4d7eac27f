"""The words that the phrases of the signs share: groups of synonyms, small words, and where a gap ends."""

from collections.abc import Mapping

from clinic_bot.turns.emergency_words import words

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
    "cabeca garganta costas costa barriga estomago dente dentes pe pes joelho joelhos coluna ouvido "
    "ouvidos perna pernas ombro pescoco lombar quadril mao maos dedo dedos virilha rim rins caroco nodulo "
    "tratamento depois retorno exame exames receita consulta historico remedio medo pos recuperando "
    "recuperacao sequela sequelas risco prevencao vacina"
)

#: Synonyms, and the forms of a word.
GROUPS: Mapping[str, str] = {
    "pain": (
        "dor dores dorzinha doendo doi doeu pontada pontadas fisgada fisgadas aperto apertando queimacao "
        "queimando ardencia agonia aflicao desconforto doido facadas facada agulhada agulhadas"
    ),
    "chest": "peito torax",
    "hurting": "rasgar explodir estourar doendo doi apertado apertando queimando ardendo esmagando rasgando",
    "infarto": "infarto infartinho",
    "having": (
        "ta to tao tava acho parece seja pode sinto ter socorro deu dando teve tive tendo sofreu sofri "
        "sofrendo entrou suspeita"
    ),
    "see": "enxergo enxerga enxergando enxergar vejo vendo ver",
    "collapse": "passamento piripaque troco treco ataque chilique faniquito",
    "heights_end": "ponte predio janela sacada varanda viaduto passarela terraco telhado precipicio laje",
    "blade": "espingarda punhal gilete faca navalha lamina estilete arma revolver corda pistola",
    "machine": "motosserra serra makita esmerilhadeira facao foice machado rocadeira maquina",
    "allergen": (
        "alergia alergica alergico camarao leite ovo amendoas latex soja frutos abelha vespa picada picou "
        "ferroada ferrou marimbondo maribondo amendoim dipirona remedio antibiotico castanha empipocado "
        "empolado benzetacil contraste injecao vacina lagosta caranguejo formiga"
    ),
    "able": "consigo consegue conseguindo conseguiu conseguia posso pode aguento aguenta aguentando",
    "kin": (
        "garoto garota guri guria velho velha compadre comadre companheiro companheira enteado enteada "
        "pai mae filho filha filhinho filhinha marido esposa esposo mulher avo vo vovo vovoh irmao irma tio "
        "tia sogro sogra sobrinho sobrinha neto neta namorado namorada amigo amiga vizinho vizinha primo "
        "prima homem moca rapaz crianca menino menina paciente idoso idosa bebe cunhado cunhada padrasto "
        "madrasta colega senhor senhora pessoa"
    ),
    "child": (
        "garoto garota guri guria "
        "bebe filho filha filhinho filhinha menino menina crianca neto neta sobrinho sobrinha gemeo gemea "
        "nascido nascida bebezinha"
    ),
    "blue": (
        "roxo roxa roxinho roxinha roxos azul azulado azulada arroxeado arroxeada roxeando azulando cianotico"
    ),
    "limp": "mole molinho molinha desfalecido desfalecida",
    "face": "boca rosto cara face labios sorriso olho",
    "crooked": (
        "torta torto tortinha tortinho entortou entortando entortado entortada caida caido caindo caiu "
        "paralisado paralisada paralisou repuxando repuxada repuxado puxando puxada torcida desviada"
    ),
    "numb": (
        "dormente dormencia paralisia paralisado paralisada paralisou paralisando formigando formigamento "
        "adormecido adormecida adormeceu dormentes fraqueza"
    ),
    "slurred": (
        "pastosa pastoso enrolada enrolado enrolando enrolou embolada embolado embolando arrastada arrastado "
        "arrastando"
    ),
    "stroke": "avc derrame isquemia",
    "fainted": (
        "desmaiou desmaiado desmaiada desmaiei desmaiando desacordado desacordada inconsciente inconscientes "
        "desfaleceu desfalecido desfalecida desfalecendo desmaiados desmaiaram"
    ),
    "seizing": "convulsionando convulsionou convulsiona convulsionar debatendo",
    "seizure": "convulsao convulsiva convulsivo epileptico epiletica epiletico epileptica",
    "bleeding": "sangrando sangramento sangra sangrou sangrar hemorragia",
    "gushing": (
        "jorrando jorra jorrou esguichando espirrando vomitando vomitou vomitei vomito tossindo tossiu "
        "cuspindo cuspiu botando evacuando cagando esvaindo"
    ),
    "alot": "horrores montao monte muito demais bastante litros tanto forte intenso abundante parar estancar",
    "pregnant": "gravida gestante gestacao gravidez barriga gestantes",
    "poison": (
        "desentupidor amonia sabao "
        "veneno chumbinho soda sanitaria candida qboa quiboa cloro detergente desinfetante pilha bateria "
        "alvejante acido raticida gasolina querosene thinner tiner aguarras veja ajax lustra solvente "
        "inseticida limpeza amaciante agrotoxico herbicida formicida naftalina venenosa venenoso mamona "
        "perfume acetona caustica ima moeda prego agulha"
    ),
    "swallowed": (
        "engoliu engoli bebeu bebi tomou tomei ingeriu ingeri comeu comi tomando engolindo bebendo mastigou "
        "mastigando comendo ingerindo lambeu tomaram"
    ),
    "many": (
        "todos varios varias vidro cartela cartelas caixa caixas frasco monte punhado muito demais overdose "
        "vinte trinta quarenta cinquenta dezenas inteira inteiro bocado tanto"
    ),
    "pills": (
        "remedio comprimido medicamento calmante calmantes rivotril clonazepam diazepam dipirona paracetamol "
        "amitriptilina fluoxetina sertralina fenobarbital gardenal carbamazepina tegretol depakene haldol "
        "alprazolam frontal bromazepam lexotan quetiapina risperidona losartana propranolol tramadol codeina "
        "morfina ibuprofeno metformina escitalopram venlafaxina litio topiramato dramin tylenol anfetamina "
        "ritalina venvanse capsulas pilulas antidepressivo antidepressivos insulina zolpidem tarja gotas "
        "tranquilizante"
    ),
    "hypertensive": "18 19 20 21 22 23 24 25 26 180 190 200 210 220 230",
    "head": "cabeca nuca testa cranio cabecinha",
    "grave": (
        "babando mole molinho molinha gelado gelada duro dura espumando delirando desfalecido desfalecida "
        "roxo roxa arroxeado estrebuchando desacordado desacordada revirando"
    ),
    "woozy": (
        "mole molinho molinha grogue sonolento sonolenta apagando vomitando desacordado desacordada confuso "
        "confusa tremendo zonzo zonza tonto tonta dormindo"
    ),
    "dizzy": "tonto tonta tontura tonturas zonzo zonza",
    "heavy": (
        "portao muro parede arvore galho telhado laje armario estante geladeira televisao fogao barranco carro moto "
        "caminhao trator maquina poste"
    ),
    "swelling": (
        "fechando fechou fecha fechada inchando inchou incharam inchado inchada inchados travando travou"
    ),
    "shot": "baleado baleada baleou balearam esfaqueado esfaqueada esfaquearam esfaqueou alvejado alvejada",
    "wanting": (
        "quero queria gostaria adoraria vo vontade vou vai quer pensando pensar penso pensei pensa preciso "
        "desejo tentando tentou tentei tentar decidi resolvi querendo pretendo ameaca ameacou jurou ameacando "
        "planejando pensamento pensamentos ideia disse falou diz fala dizendo falando coragem prefiro "
        "preferia devia merecia deveria"
    ),
    "dying": "morrer morre morto morta morte morresse morra",
    "height": "ponte predio janela sacada varanda viaduto passarela terraco andar telhado precipicio",
    "sudden": "agora hoje repente nada subita subito subitamente repentina repentino",
    "minute": "minuto minutos min em",
}
