"""The parts of a street address in Latin letters, as verbose regular expressions."""

from typing import Final

# A word is read whole, or else up to its last hyphen ("Jean-B. Clément"), and never cut elsewhere:
# "A-A-A-..." would be tried in every way to cut it.
_CAPITALISED: Final = r"""(?: [A-ZÀ-ÖØ-ÞĀ-Ž] (?:
    \. | [\w'-]{0,60}+ | [\w'-]{0,60} (?= - [\w']{0,60}+ (?! [\w'-] ) ) ) )"""
_PARTICLE: Final = r"""(?: (?:
    de\ la | de\ l' | de | du | des | d' | la | le | les | l' | el | al | ibn | ben | van | von
  | der | and | of | the | et | en | sur | sous ) \s? )"""
_NAME_WORD: Final = rf"(?: {_CAPITALISED} | \d{{1,4}} \b )"
NAME: Final = rf"""(?: {_PARTICLE}{{0,3}} {_NAME_WORD}
    (?: [ -] {_PARTICLE}{{0,2}} (?:
      {_CAPITALISED} | \d{{1,4}} \b (?! [\s,]{{0,30}}+ [A-ZÀ-Þ] ) ) ){{0,4}} )"""
TOWN: Final = rf"""(?: {_CAPITALISED} (?: [ -] {_PARTICLE}{{0,2}} {_CAPITALISED} ){{0,3}}
    (?: [ ] (?: Cedex | CEDEX | I{{1,3}} | \d{{1,2}} ) \b )?
)"""
NUMBER: Final = r"""(?:
    (?<! [\w.,/-] ) \d{1,5} (?: \s? (?: bis | ter | quater | [A-Da-d] ) \b )? \s? ,? \s )"""
_UNIT: Final = r"""(?: ,? \s (?:
    [Aa]pt | [Aa]pp?t | [Aa]pp | [Aa]partment | [Aa]ppartement | [Ff]lat | [Ss]uite | [Uu]nit
  | [Bb][âa]t(?:iment)? | [Bb]loc | [Ee]sc(?:alier)? | [Ii]mm(?:euble)? ) \.? \s? [\w-]{1,5} )"""

ENGLISH_UNIT: Final = r"""(?: (?<! \w ) (?:
    [Ff]lat | [Aa]pt\.? | [Aa]partment | [Uu]nit | [Ss]uite | [Rr]oom | [Bb]uilding | [Hh]ouse )
    \s \w{1,5} ,? \s )"""
ENGLISH_TYPE: Final = r"""(?: (?:
    Street | St | Road | Rd | Avenue | Ave | Lane | Ln | Drive | Dr | Close | Court | Ct | Way
  | Square | Sq | Boulevard | Blvd | Place | Terrace | Crescent | Grove | Gardens | Hill | Park
  | Row | Walk | Mews | Highway | Parkway | Pkwy | Quay | Circle | Trail | Green | Wharf | Parade
  | Rise | Mount | Embankment ) \b \.? )"""
_CANADIAN_POSTCODE: Final = r"(?: (?: [A-Z]{2} \s )? [A-Z]\d[A-Z] \s? \d[A-Z]\d )"
_ENGLISH_POSTCODE: Final = rf"""(?:
    [A-Z]{{1,2}}\d[A-Z\d]? \s? \d[A-Z]{{2}} | [A-Z]{{2}} \s \d{{5}} (?: -\d{{4}} )?
  | {_CANADIAN_POSTCODE} | \d{{4,5}} \b )"""
ENGLISH_TAIL: Final = rf"""(?: {_UNIT}? (?:
    (?: (?: , \s? | \s ) {TOWN} ){{0,2}}? ,? \s {_ENGLISH_POSTCODE} | , \s {TOWN} )? )"""

FRENCH_TYPE: Final = r"""(?:
    [Rr]ue | RUE | [Aa]venue | AVENUE | [Aa]v(?:e\b|\.) | [Bb]oulevard | BOULEVARD | [Bb]l?d\.?
  | [Ii]mpasse | [Aa]ll[ée]es? | [Cc]hemin | [Rr]oute | [Qq]uai | [Cc]ours | [Pp]lace | [Pp]assage
  | [Ss]quare | [Ss]entier | [Ff]aubourg | [Vv]oie | [Vv]enelle | [Mm]ont[ée]e | [Cc]it[ée]
  | [Cc]hauss[ée]e | [Cc]orniche | [Rr]ocade | [Tt]raverse | [Cc]los | [Pp]arvis | [Dd]omaine
  | [Cc]our | [Ll]otissement | [Ee]splanade | [Pp]romenade | [Rr]ond-point | [Rr]uelle | [Vv]illa
  | [Hh]ameau )"""
BUILDING: Final = r"""(?:
    (?: [Rr][ée]s(?:idence|\.) | [Ii]mm(?:euble|\.) | [Bb][âa]t(?:iment|\.) | [Aa]pp(?:artemen)?t\.?
      | [Cc]it[ée] | [Rr]és\. | [Bb]loc | [Vv]illa ) \s [\w'\s-]{1,30} , \s )"""
# After a name that ran on into its postcode: "rue Hugo-75001 Paris".
ENDS_IN_POSTCODE: Final = r"(?<= [\w'-] \d{4} )"
_COUNTRY: Final = r"(?: France | Tunisie | Belgique | Suisse | Maroc | Alg[ée]rie | Luxembourg )"
_FRENCH_POSTCODE: Final = rf"(?: (?: [FB]- )? \d{{4,5}} (?! \d ) | {_CANADIAN_POSTCODE} )"
FRENCH_TAIL: Final = rf"""(?: {_UNIT}? (?:
    (?: \s? [,\n-] \s? {TOWN} )?? [\s,-]{{1,3}} {_FRENCH_POSTCODE}
    (?: [ ,]{{1,2}} {TOWN} (?: , \s {_COUNTRY} )? )?
  | , \s {TOWN} (?: , \s {TOWN} (?= [.\n,;)] | $ ) )? )? )"""

# A number after the name: Germany, the Netherlands; Spain, Italy, Portugal, Poland.
GERMANIC: Final = rf"""(?:
    (?<! \w ) [A-ZÄÖÜ][\wäöüß.-]{{0,40}}
    (?: stra(?:ß|ss)e | str\. | weg | platz | gasse | allee | straat | laan | gracht )
    \s \d{{1,4}} \s? [a-z]? \b
    (?: , \s (?: [A-Z]{{1,2}}- )? \d{{4,5}} (?: \s [A-Z]{{2}} )? \s {TOWN} | , \s {TOWN} )? )"""
SOUTHERN: Final = rf"""(?:
    (?<! \w ) (?: Calle | C/ | Via | Viale | Piazza | Corso | Plaza | Avenida | Paseo | Rua | ul\. )
    \s {NAME} ,? \s (?: n[.º°] \s? )? \d{{1,4}} (?! [\w/:.] )
    (?: , \s (?: \d{{4,5}} | \d{{2}}-\d{{3}} ) \s {TOWN} | , \s {TOWN} )? )"""
GULF: Final = rf"""(?:
    (?: (?: Villa | Flat | Apartment | Apt | Building | Bldg | Office | Unit | Suite | Tower )
        \.? \s \w{{1,5}} , \s )?
    (?: [A-Z][\w'-]{{0,60}}+ \s ){{1,3}} (?: Street | Road | Avenue | Boulevard )
    \s (?: [Nn]o\.? \s? )? \d{{1,4}} (?! [\w/:.] ) (?: , \s {TOWN} )? )"""
