"""How people write a day, as a verbose regular expression."""

from typing import Final

# By their first letters: without that each place of a text would be compared with every month.
_MONTH: Final = r"""(?:
    a(?: vr(?:il|\.)? | pr(?:il|\.)? | o[uû]t | ug(?:ust|\.)? ) | d[ée]c(?:embre|ember|\.)?
  | f(?: [ée]v(?:rier|r?\.)? | eb(?:ruary|\.)? )
  | j(?: an(?:v(?:ier|\.)?|uary|\.)? | u(?: in | ne | n\.? | illet | il\.? | l(?:y|\.)? ) )
  | ma(?: r(?:s|ch|\.)? | i | y ) | nov(?:embre|ember|\.)? | oct(?:obre|ober|\.)?
  | sep(?:t(?:embre|ember|\.)?|\.)?
  | جانفي | فيفري | مارس | [أا]فريل | ماي | جوان | جويلي[ةه] | [أا]وت | سبتمبر | [أا]كتوبر | نوفمبر
  | ديسمبر | يناير | فبراير | [أا]بريل | مايو | يونيو | يوليوز? | [أا]غسطس | غشت | شتنبر | نونبر
  | دجنبر | كانون \s (?:الثاني|ال[أا]ول) | شباط | [آا]ذار | نيسان | [أا]يار | حزيران | تموز | [آا]ب
  | [أا]يلول | تشرين \s (?:الثاني|ال[أا]ول)
  | محرم | صفر | ربيع \s (?:ال[أا]ول|الثاني|الآخر) | جمادى \s (?:ال[أا]ولى|الثانية|الآخرة) | رجب
  | شعبان | رمضان | شوال | ذو \s (?:القعدة|الحجة) )"""
_YEAR: Final = r"(?: (?: 19 | 20 | 14 ) \d{2} | '? \d{2} )"
_DAY: Final = r"(?: 0?[1-9] | [12]\d | 3[01] )"
# What a date begins with is looked at first: there are many alternatives, and many places.
DATE: Final = rf"""(?: (?= \d ) (?<! \d ) (?:
      (?: 19 | 20 ) \d{{2}} [-/.] (?: 0?[1-9] | 1[0-2] ) [-/.] {_DAY}
    | \d{{1,2}} \s? [-/.] \s? \d{{1,2}} \s? [-/.] \s? {_YEAR}
    | {_DAY} \s \d{{1,2}} \s (?: 19 | 20 ) \d{{2}}
    | {_DAY} (?: st | nd | rd | th | er )? [\s.-]{{1,2}} (?: (?: of | de ) \s )? {_MONTH}
      ,? [\s.-]{{1,2}} {_YEAR} ) (?! \d )
  | (?= [adfjmnos\u0621-\u064a] ) (?<! [^\W_] )
    {_MONTH} \s {_DAY} (?: st | nd | rd | th )? ,? \s {_YEAR} (?! \d ) )"""
