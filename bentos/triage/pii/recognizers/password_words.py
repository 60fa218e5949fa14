"""What may be a password, and what says only what is the matter with one."""

import re
from typing import Final

_STATES: Final = frozenset("""
    a about accepted actually ad again all already also always and another as asked asking at back
    bad been being blocked broken but by changed compromised correct different disabled due easy
    empty enabled ended exact expired expires expiring for forced forgotten from fine going gone
    good here hidden i in incorrect invalid is it its just known last locked long longer lost
    mandatory me missing my needed never new no not now ok old on only or out outdated please
    probably refused rejected required requested reset right safe same saved secure sent set shared
    shorter simple so still stored strong stuck synced that the then there this to too unchanged
    unknown unsafe updated useless valid very wanted weak what when with within working wrong your

    absent active after almost alphanumeric anything apparently because before blank case
    common complex complicated completely currently dead default definitely difficult down early
    everywhere fresh generic hard hers his if impossible inactive invisible late like live maybe
    mine mistyped never none nothing nowhere numeric obvious off often okay one ours page pending
    personal present private public random ready really since something sometimes somewhere
    standard stolen theirs unclear under unique unreadable until up visible whether whose yours

    aussi au bien bloqué bon bonne c'est ce celui cette changé chez correct d'un dans de demandé
    depuis des différent du désactivé déjà en encore erroné est et été exact expiré expirée expire
    faux identique impossible inconnu incorrect incorrecte invalide je jamais la le les lors mais
    mal mauvais même mon n'est ne non nouveau obligatoire oublié ou ouvert par pas perdu périmé
    plus pour pourtant que qui refusé rejeté requis sans son sur temporaire toujours trop un une
    valable valide verrouillé très votre vide à ça

    absent actuel actuelle affiché aléatoire alphanumérique ancien après avant bizarre car cassé
    comme commun complexe compliqué conforme court difficile down facile générique hs ici idem
    inchangé inutilisable invisible jusqu'à juste ko là long mauvaise mort nok nul out pareil
    parfois peut-être perso personnel planté presque prêt pris propre provisoire périmée quand
    récent sensible seulement si simple souvent standard sûrement tout uniquement unique vieux
    visible vraiment

    جديدة جديد غلط خاطئة خاطئ صحيحة صحيح منتهية منتهي غير لا ما مش مو ليست ليس لم في على من عن إلى
    التي الذي نفسها نفس مقفولة مرفوضة مرفوض ضعيفة قديمة القديمة الجديدة الصحيحة متاعي بتاعي متع
    مؤقتة موقتة هي هو كل انتهت انتهى مطلوبة مطلوب ثم أو او و يا بعد قبل حتى كي اللي
    أمس أيضا الآن الخاصة الخاص اليوم برضه بالية بتاعة بتاعتي تاعي تبع تبعي تلك جدا جداً حاليا حسب
    حقتي حقي خاصة خطأ دائما دائماً ديالي زي سرية سهلة صح صعبة طويلة عامة عندكم عندما فارغة فقط
    قصيرة كمان كيما لأن لأنها لازم لديكم لسه لما مازالت مثل مجهولة محظورة مختلفة مش مشتركة معروفة
    معطلة معطل مغلقة مغلق مكشوفة موش موقوفة ناقصة هاذي هذه هذا واحدة يجب
    """.split())
_PARTICIPLE: Final = re.compile(r".{2,80}(?:é|ée|és|ées|ing|ed|able|ible)")
_CODE: Final = re.compile(
    r"(?:[A-Z]{1,4}-?\d{5,}|(?:INC|REQ|RITM|CHG|PRB|TKT|KB|PO|SR|PC|LT|HR|RH|DSK|SRV)(?:[-#]|\d))"
)
_AROUND: Final = ".!?…'\""


def is_secret(value: str) -> bool:
    """Whether `value` may be a password: not a word such as "expired" or "refusé"."""
    word = value.strip(_AROUND).casefold()
    if not word:
        return False
    is_word = word.replace("-", "").replace("'", "").isalpha()
    return not (is_word and (word in _STATES or _PARTICIPLE.fullmatch(word)))


def has_secret(value: str) -> bool:
    """Whether `value`, in quotes, may be one: most of several words say what is the matter."""
    words = value.split()
    return 2 * sum(map(is_secret, words)) > len(words)


def is_no_code(value: str) -> bool:
    """Whether `value` may be one and no number of a ticket, an order or a device."""
    return is_secret(value) and not _CODE.match(value)
