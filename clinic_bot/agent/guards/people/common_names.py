"""First names as they are common in Brazil, plain: a person whom nobody named is made up. Pure."""

COMMON_NAMES = frozenset(
    (
        "adriana", "adriano", "alberto", "alessandra", "alex", "alexandre", "alice", "aline", "amanda", "ana",
        "anderson", "andre", "andrea", "andreia", "angela", "anita", "antonia", "antonio", "arthur", "artur", "augusto",
        "beatriz", "benedito", "benjamin", "bernardo", "bianca", "breno", "bruna", "bruno", "caio", "camila", "carla",
        "carlos", "carolina", "caroline", "cassia", "catarina", "cecilia", "celia", "celso", "cesar", "cintia",
        "clarice", "claudia", "claudio", "cleide", "cristiane", "cristina", "dalva", "daniel", "daniela", "danielle",
        "danilo", "davi", "debora", "denise", "diego", "douglas", "edilson", "edson", "eduarda", "eduardo", "elaine",
        "eliana", "eliane", "elias", "elisa", "elisangela", "ellen", "eloisa", "elza", "emanuel", "emerson", "emilia",
        "enzo", "erica", "erick", "ester", "eunice", "fabiana", "fabio", "fabricio", "felipe", "fernanda", "fernando",
        "flavia", "flavio", "francisca", "francisco", "gabriel", "gabriela", "gael", "geraldo", "gilberto", "giovana",
        "giovanna", "gisele", "guilherme", "gustavo", "heitor", "helena", "helio", "heloisa", "henrique", "hugo",
        "igor", "ines", "ingrid", "iolanda", "irene", "iris", "isabel", "isabela", "isabella", "isadora", "ivan",
        "ivone", "jandira", "jaqueline", "jessica", "joana", "joao", "joaquim", "jonas", "jorge", "jose", "josefa",
        "juliana", "juliano", "julio", "karen", "karina", "katia", "kelly", "laercio", "lais", "lara", "larissa",
        "laura", "leandro", "leonardo", "leticia", "levi", "lia", "lidia", "ligia", "lilian", "lorena", "lourdes",
        "luan", "luana", "lucas", "lucia", "luciana", "luciano", "lucio", "luis", "luiz", "luiza", "maite", "manoel",
        "manuela", "marcela", "marcelo", "marcia", "marcio", "marcos", "margarida", "maria", "mariana", "marilia",
        "marina", "mario", "marlene", "marta", "mateus", "matheus", "mauricio", "mauro", "melissa", "michele", "miguel",
        "milena", "miriam", "monica", "murilo", "natalia", "nathalia", "nelson", "neusa", "nicolas", "nicole", "nina",
        "noah", "noemi", "olivia", "osvaldo", "otavia", "otavio", "pamela", "patricia", "paula", "paulo", "pedro",
        "priscila", "rafael", "rafaela", "raimundo", "raquel", "raul", "ravi", "rebeca", "regina", "reinaldo", "renan",
        "renata", "renato", "ricardo", "rita", "roberta", "roberto", "rodrigo", "rogerio", "romulo", "ronaldo",
        "rosana", "rosangela", "rose", "roseli", "rubens", "samuel", "sandra", "sandro", "sara", "sebastiana",
        "sebastiao", "sergio", "severino", "sheila", "silvana", "silvia", "silvio", "simone", "solange", "sonia",
        "sophia", "sueli", "suzana", "tania", "tatiana", "teresa", "tereza", "thais", "theo", "thiago", "tiago", "tito",
        "ulisses", "valdir", "valeria", "vanessa", "vera", "veronica", "vicente", "victor", "vinicius", "vitor",
        "vitoria", "viviane", "wagner", "wallace", "walter", "wanderley", "washington", "wesley", "william", "wilson",
        "yara", "yasmin", "yuri", "zelia",
    )
)  # fmt: skip
