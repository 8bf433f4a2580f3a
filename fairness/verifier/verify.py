#!/usr/bin/env python3
"""Check croupier's rounds by yourself. Python 3.9 or later, standard library only; nothing is fetched from anywhere.

    python3 verify.py round.json [more.json | rounds.jsonl | - …]

A file holds what a server's API says, or many of these, one a line: a round's record (GET /api/v1/rounds/ID), a list of rounds, the
seeds that were revealed (GET /api/v1/seeds/history, or the message seed_rotated), a game's rules (GET /api/v1/games/ID/config), a
message that brought a receipt, or the keys that receipts are signed with (GET /.well-known/receipt-keys.json). Seeds, rules and keys
serve all rounds named with them. The tables of the games that croupier comes with are in this file.

Exit status: 0 when every round holds, 1 when something differs, 2 when something could not be checked.

Written from docs/fairness.md, docs/games and the receipts in docs/protocol.md alone, without the server's code. Whole numbers and
fractions only.
"""
import argparse
import base64
import binascii
import hashlib
import hmac
import json
import re
import sys
from fractions import Fraction

UNIT = 10**8  # a multiple of the stake is kept in units of 10^-8

# The decimals of each currency's smallest unit. Between the marks, this is written by go test ./fairness/verifier -update.
CURRENCIES = {
    # BEGIN currencies
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF".split(), 2),
    **dict.fromkeys("CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL".split(), 2),
    **dict.fromkeys("HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT".split(), 2),
    **dict.fromkeys("MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB".split(), 2),
    **dict.fromkeys("SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH".split(), 2),
    **dict.fromkeys("USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG".split(), 2),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("ADA TRX USDC USDT XRP".split(), 6),
    **dict.fromkeys("BCH BTC DOGE LTC".split(), 8),
    **dict.fromkeys("SOL TON".split(), 9),
    **dict.fromkeys("BNB DAI ETH".split(), 18),
    # END currencies
}

# The rules of every variant of every game that croupier comes with, a line each: the very texts whose SHA-256 is in the records.
RULES = r"""
# BEGIN rules
{"game":"slots","rules":{"freeSpins":{"award":10,"multiplier":3,"scatters":3},"game":"slots","paylines":[[1,1,1,1,1],[0,0,0,0,0],[2,2,2,2,2],[0,1,2,1,0],[2,1,0,1,2],[0,0,1,0,0],[2,2,1,2,2],[1,0,0,0,1],[1,2,2,2,1],[0,0,1,2,2],[2,2,1,0,0],[1,2,1,0,1],[1,0,1,2,1],[0,1,1,1,0],[2,1,1,1,2],[0,1,0,1,0],[2,1,2,1,2],[1,1,0,1,1],[1,1,2,1,1],[0,0,2,0,0]],"scatter":"scatter","strips":[["plum","star","lemon","cherry","melon","scatter","plum","orange","bell","cherry","grapes","lemon","bell","cherry","plum","star","grapes","bell","orange","lemon","wild","plum","seven","lemon","bell","melon","orange","lemon","plum","bell","seven","lemon"],["cherry","orange","plum","cherry","star","orange","bell","cherry","grapes","scatter","melon","cherry","lemon","orange","bell","cherry","melon","plum","orange","seven","melon","orange","seven","star","melon","orange","cherry","wild","grapes","cherry","lemon","grapes"],["scatter","star","lemon","cherry","orange","melon","wild","grapes","lemon","plum","bell","cherry","grapes","lemon","wild","star","lemon","orange","seven","melon","grapes","orange","plum","grapes","cherry","plum","melon","lemon","plum","orange","seven","bell"],["cherry","bell","melon","cherry","bell","lemon","cherry","wild","orange","seven","lemon","plum","star","orange","scatter","bell","plum","wild","star","grapes","melon","cherry","plum","melon","orange","cherry","lemon","orange","plum","lemon","seven","grapes"],["grapes","melon","lemon","plum","cherry","seven","orange","plum","bell","cherry","star","melon","lemon","plum","bell","orange","star","scatter","seven","cherry","orange","melon","grapes","bell","lemon","wild","star","grapes","orange","cherry","plum","lemon"]],"symbols":[{"name":"wild","pays":{"3":150,"4":1000,"5":5000}},{"name":"scatter","pays":{"3":2,"4":15,"5":100}},{"name":"seven","pays":{"3":100,"4":400,"5":2000}},{"name":"star","pays":{"3":50,"4":200,"5":750}},{"name":"bell","pays":{"3":30,"4":100,"5":400}},{"name":"melon","pays":{"3":25,"4":75,"5":300}},{"name":"grapes","pays":{"3":15,"4":50,"5":200}},{"name":"plum","pays":{"3":12,"4":40,"5":150}},{"name":"orange","pays":{"3":8,"4":30,"5":120}},{"name":"lemon","pays":{"3":6,"4":25,"5":100}},{"name":"cherry","pays":{"3":5,"4":20,"5":75}}],"variant":"RTP_92","version":1,"wild":"wild"},"variant":"RTP_92"}
{"game":"slots","rules":{"freeSpins":{"award":10,"multiplier":3,"scatters":3},"game":"slots","paylines":[[1,1,1,1,1],[0,0,0,0,0],[2,2,2,2,2],[0,1,2,1,0],[2,1,0,1,2],[0,0,1,0,0],[2,2,1,2,2],[1,0,0,0,1],[1,2,2,2,1],[0,0,1,2,2],[2,2,1,0,0],[1,2,1,0,1],[1,0,1,2,1],[0,1,1,1,0],[2,1,1,1,2],[0,1,0,1,0],[2,1,2,1,2],[1,1,0,1,1],[1,1,2,1,1],[0,0,2,0,0]],"scatter":"scatter","strips":[["lemon","plum","grapes","cherry","seven","plum","orange","lemon","melon","bell","seven","grapes","plum","bell","star","lemon","orange","star","lemon","cherry","plum","orange","scatter","lemon","bell","grapes","cherry","lemon","melon","plum","bell","wild"],["cherry","wild","orange","melon","cherry","plum","lemon","orange","seven","bell","cherry","grapes","star","cherry","melon","bell","star","cherry","scatter","melon","orange","cherry","grapes","orange","star","cherry","orange","lemon","melon","grapes","plum","seven"],["lemon","orange","plum","wild","orange","star","lemon","seven","plum","melon","cherry","orange","melon","grapes","lemon","melon","bell","cherry","grapes","bell","scatter","grapes","cherry","lemon","orange","grapes","seven","lemon","plum","wild","star","plum"],["orange","plum","melon","orange","cherry","bell","wild","cherry","lemon","orange","bell","star","plum","cherry","lemon","wild","seven","plum","grapes","cherry","plum","orange","scatter","grapes","lemon","cherry","melon","bell","seven","lemon","melon","star"],["lemon","plum","orange","bell","lemon","cherry","plum","orange","melon","bell","grapes","cherry","melon","grapes","star","orange","plum","grapes","cherry","lemon","star","cherry","wild","seven","star","scatter","lemon","bell","orange","melon","plum","seven"]],"symbols":[{"name":"wild","pays":{"3":150,"4":1000,"5":5000}},{"name":"scatter","pays":{"3":2,"4":15,"5":100}},{"name":"seven","pays":{"3":100,"4":400,"5":2000}},{"name":"star","pays":{"3":50,"4":200,"5":750}},{"name":"bell","pays":{"3":30,"4":100,"5":400}},{"name":"melon","pays":{"3":25,"4":75,"5":300}},{"name":"grapes","pays":{"3":15,"4":50,"5":200}},{"name":"plum","pays":{"3":12,"4":40,"5":150}},{"name":"orange","pays":{"3":8,"4":30,"5":120}},{"name":"lemon","pays":{"3":6,"4":25,"5":100}},{"name":"cherry","pays":{"3":5,"4":20,"5":75}}],"variant":"RTP_94","version":1,"wild":"wild"},"variant":"RTP_94"}
{"game":"slots","rules":{"freeSpins":{"award":10,"multiplier":3,"scatters":3},"game":"slots","paylines":[[1,1,1,1,1],[0,0,0,0,0],[2,2,2,2,2],[0,1,2,1,0],[2,1,0,1,2],[0,0,1,0,0],[2,2,1,2,2],[1,0,0,0,1],[1,2,2,2,1],[0,0,1,2,2],[2,2,1,0,0],[1,2,1,0,1],[1,0,1,2,1],[0,1,1,1,0],[2,1,1,1,2],[0,1,0,1,0],[2,1,2,1,2],[1,1,0,1,1],[1,1,2,1,1],[0,0,2,0,0]],"scatter":"scatter","strips":[["grapes","scatter","lemon","cherry","bell","seven","lemon","melon","plum","grapes","wild","plum","melon","bell","orange","star","plum","lemon","orange","star","lemon","orange","plum","grapes","seven","lemon","cherry","bell","plum","cherry","bell","plum"],["cherry","seven","lemon","orange","star","melon","plum","bell","cherry","scatter","lemon","plum","cherry","grapes","orange","cherry","seven","melon","cherry","bell","melon","orange","grapes","wild","cherry","star","melon","orange","star","cherry","orange","grapes"],["plum","bell","orange","plum","lemon","wild","seven","bell","star","grapes","lemon","scatter","star","cherry","lemon","star","orange","cherry","lemon","orange","plum","grapes","orange","melon","grapes","plum","lemon","cherry","melon","wild","seven","grapes"],["bell","cherry","wild","melon","plum","cherry","orange","scatter","seven","lemon","bell","cherry","lemon","grapes","orange","seven","melon","orange","plum","cherry","star","plum","melon","orange","star","lemon","grapes","wild","bell","lemon","plum","grapes"],["cherry","lemon","bell","grapes","plum","lemon","orange","plum","star","melon","cherry","star","grapes","orange","scatter","star","seven","plum","grapes","wild","bell","cherry","lemon","bell","orange","seven","cherry","plum","melon","orange","lemon","melon"]],"symbols":[{"name":"wild","pays":{"3":150,"4":1000,"5":5000}},{"name":"scatter","pays":{"3":2,"4":15,"5":100}},{"name":"seven","pays":{"3":100,"4":400,"5":2000}},{"name":"star","pays":{"3":50,"4":200,"5":750}},{"name":"bell","pays":{"3":30,"4":100,"5":400}},{"name":"melon","pays":{"3":25,"4":75,"5":300}},{"name":"grapes","pays":{"3":15,"4":50,"5":200}},{"name":"plum","pays":{"3":12,"4":40,"5":150}},{"name":"orange","pays":{"3":8,"4":30,"5":120}},{"name":"lemon","pays":{"3":6,"4":25,"5":100}},{"name":"cherry","pays":{"3":5,"4":20,"5":75}}],"variant":"RTP_96","version":1,"wild":"wild"},"variant":"RTP_96"}
{"game":"slots","rules":{"freeSpins":{"award":10,"multiplier":3,"scatters":3},"game":"slots","paylines":[[1,1,1,1,1],[0,0,0,0,0],[2,2,2,2,2],[0,1,2,1,0],[2,1,0,1,2],[0,0,1,0,0],[2,2,1,2,2],[1,0,0,0,1],[1,2,2,2,1],[0,0,1,2,2],[2,2,1,0,0],[1,2,1,0,1],[1,0,1,2,1],[0,1,1,1,0],[2,1,1,1,2],[0,1,0,1,0],[2,1,2,1,2],[1,1,0,1,1],[1,1,2,1,1],[0,0,2,0,0]],"scatter":"scatter","strips":[["bell","star","orange","bell","lemon","plum","wild","orange","lemon","cherry","grapes","bell","lemon","plum","seven","lemon","cherry","bell","lemon","scatter","melon","plum","cherry","seven","grapes","plum","star","grapes","melon","cherry","orange","plum"],["plum","grapes","orange","plum","cherry","wild","grapes","lemon","cherry","bell","melon","lemon","seven","cherry","orange","scatter","lemon","cherry","seven","star","melon","bell","star","melon","orange","cherry","melon","star","orange","cherry","grapes","orange"],["grapes","plum","orange","melon","bell","lemon","grapes","star","lemon","seven","wild","melon","lemon","seven","cherry","plum","bell","star","lemon","wild","orange","plum","scatter","grapes","plum","orange","cherry","grapes","orange","star","lemon","cherry"],["star","bell","lemon","wild","cherry","plum","orange","cherry","lemon","grapes","plum","melon","lemon","orange","cherry","seven","plum","melon","orange","seven","plum","melon","scatter","cherry","orange","grapes","bell","star","lemon","wild","bell","grapes"],["melon","seven","orange","cherry","grapes","bell","orange","lemon","melon","cherry","star","bell","cherry","lemon","plum","orange","star","wild","plum","grapes","orange","cherry","lemon","plum","bell","grapes","melon","star","lemon","seven","scatter","plum"]],"symbols":[{"name":"wild","pays":{"3":150,"4":1000,"5":5000}},{"name":"scatter","pays":{"3":2,"4":15,"5":100}},{"name":"seven","pays":{"3":100,"4":400,"5":2000}},{"name":"star","pays":{"3":50,"4":200,"5":750}},{"name":"bell","pays":{"3":30,"4":100,"5":400}},{"name":"melon","pays":{"3":25,"4":75,"5":300}},{"name":"grapes","pays":{"3":15,"4":50,"5":200}},{"name":"plum","pays":{"3":12,"4":40,"5":150}},{"name":"orange","pays":{"3":8,"4":30,"5":120}},{"name":"lemon","pays":{"3":6,"4":25,"5":100}},{"name":"cherry","pays":{"3":5,"4":20,"5":75}}],"variant":"RTP_97","version":1,"wild":"wild"},"variant":"RTP_97"}
{"game":"blackjack","rules":{"blackjackPays":{"den":2,"num":3},"commission":0,"decks":6,"doubleAfterSplit":true,"doubleOn":0,"hitSoft17":false,"insurance":true,"lateSurrender":true,"maxHands":4,"peek":true,"resplitAces":false,"version":1},"variant":"STANDARD"}
{"game":"blackjack","rules":{"blackjackPays":{"den":2,"num":3},"commission":523,"decks":6,"doubleAfterSplit":true,"doubleOn":0,"hitSoft17":false,"insurance":true,"lateSurrender":true,"maxHands":4,"peek":true,"resplitAces":false,"version":1},"variant":"RTP_97"}
{"game":"blackjack","rules":{"blackjackPays":{"den":2,"num":3},"commission":719,"decks":6,"doubleAfterSplit":true,"doubleOn":0,"hitSoft17":false,"insurance":true,"lateSurrender":true,"maxHands":4,"peek":true,"resplitAces":false,"version":1},"variant":"RTP_96"}
{"game":"blackjack","rules":{"blackjackPays":{"den":2,"num":3},"commission":1113,"decks":6,"doubleAfterSplit":true,"doubleOn":0,"hitSoft17":false,"insurance":true,"lateSurrender":true,"maxHands":4,"peek":true,"resplitAces":false,"version":1},"variant":"RTP_94"}
{"game":"blackjack","rules":{"blackjackPays":{"den":2,"num":3},"commission":1517,"decks":6,"doubleAfterSplit":true,"doubleOn":0,"hitSoft17":false,"insurance":true,"lateSurrender":true,"maxHands":4,"peek":true,"resplitAces":false,"version":1},"variant":"RTP_92"}
{"game":"guess","rules":{"alphabet":"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789","maximumWin":50,"positions":12,"returnPercent":92,"rightRise":{"highest":7,"lowest":3},"traceLimit":100,"version":1,"wrongDenominator":5,"wrongNumerator":4,"wrongRise":{"highest":14,"lowest":7}},"variant":"RTP_92"}
{"game":"guess","rules":{"alphabet":"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789","maximumWin":50,"positions":12,"returnPercent":94,"rightRise":{"highest":6,"lowest":3},"traceLimit":100,"version":1,"wrongDenominator":5,"wrongNumerator":4,"wrongRise":{"highest":13,"lowest":7}},"variant":"RTP_94"}
{"game":"guess","rules":{"alphabet":"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789","maximumWin":50,"positions":12,"returnPercent":96,"rightRise":{"highest":6,"lowest":2},"traceLimit":100,"version":1,"wrongDenominator":5,"wrongNumerator":4,"wrongRise":{"highest":14,"lowest":6}},"variant":"RTP_96"}
{"game":"guess","rules":{"alphabet":"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789","maximumWin":50,"positions":12,"returnPercent":97,"rightRise":{"highest":5,"lowest":2},"traceLimit":100,"version":1,"wrongDenominator":5,"wrongNumerator":4,"wrongRise":{"highest":12,"lowest":6}},"variant":"RTP_97"}
{"game":"launch","rules":{"angle":[100,800],"bands":[{"from":0,"name":"pond","pads":[100,110,100,90,110,100,125,110,100,0,110,100,110,125,100,90,110,100,110,100],"to":10000},{"from":10000,"name":"creek","pads":[100,120,80,120,100,150,120,100,0,120,100,120,80,100,150,120,0,100,120,100],"to":30000},{"from":30000,"name":"river","pads":[80,150,100,0,150,80,200,0,150,80,100,150,0,200,80,150,100,0,150,80],"to":60000},{"from":60000,"name":"bay","pads":[50,150,0,200,50,0,150,200,0,300,0,200,150,0,50,200,0,150,100,50],"to":100000},{"from":100000,"name":"sound","pads":[0,100,200,0,150,0,200,0,300,0,100,0,300,0,200,0,150,0,200,100],"to":150000},{"from":150000,"name":"strait","pads":[0,200,0,0,150,0,300,0,0,200,0,500,0,0,200,0,300,0,0,150],"to":220000},{"from":220000,"name":"sea","pads":[0,0,500,0,0,0,300,0,0,0,500,0,0,0,200,0,0,500,0,0],"to":300000},{"from":300000,"name":"ocean","pads":[0,0,0,500,0,0,0,0,0,0,1000,0,0,0,0,0,500,0,0,0],"to":410000}],"endsAt":10000000000,"factorUnit":100,"gravity":981,"maximumWin":100000000000,"power":[100,2000],"shots":10,"sineScale":1000000,"sines":[0,3491,6981,10472,13962,17452,20942,24432,27922,31411,34899,38388,41876,45363,48850,52336,55822,59306,62791,66274,69756,73238,76719,80199,83678,87156,90633,94108,97583,101056,104528,107999,111469,114937,118404,121869,125333,128796,132256,135716,139173,142629,146083,149535,152986,156434,159881,163326,166769,170209,173648,177085,180519,183951,187381,190809,194234,197657,201078,204496,207912,211325,214735,218143,221548,224951,228351,231748,235142,238533,241922,245307,248690,252069,255446,258819,262189,265556,268920,272280,275637,278991,282341,285688,289032,292372,295708,299041,302370,305695,309017,312335,315649,318959,322266,325568,328867,332161,335452,338738,342020,345298,348572,351842,355107,358368,361625,364877,368125,371368,374607,377841,381070,384295,387516,390731,393942,397148,400349,403545,406737,409923,413104,416281,419452,422618,425779,428935,432086,435231,438371,441506,444635,447759,450878,453990,457098,460200,463296,466387,469472,472551,475624,478692,481754,484810,487860,490904,493942,496974,500000,503020,506034,509041,512043,515038,518027,521010,523986,526956,529919,532876,535827,538771,541708,544639,547563,550481,553392,556296,559193,562083,564967,567844,570714,573576,576432,579281,582123,584958,587785,590606,593419,596225,599024,601815,604599,607376,610145,612907,615661,618408,621148,623880,626604,629320,632029,634731,637424,640110,642788,645458,648120,650774,653421,656059,658689,661312,663926,666532,669131,671721,674302,676876,679441,681998,684547,687088,689620,692143,694658,697165,699663,702153,704634,707107,709571,712026,714473,716911,719340,721760,724172,726575,728969,731354,733730,736097,738455,740805,743145,745476,747798,750111,752415,754710,756995,759271,761538,763796,766044,768284,770513,772734,774944,777146,779338,781520,783693,785857,788011,790155,792290,794415,796530,798636,800731,802817,804894,806960,809017,811064,813101,815128,817145,819152,821149,823136,825113,827081,829038,830984,832921,834848,836764,838671,840567,842452,844328,846193,848048,849893,851727,853551,855364,857167,858960,860742,862514,864275,866025,867765,869495,871214,872922,874620,876307,877983,879649,881303,882948,884581,886204,887815,889416,891007,892586,894154,895712,897258,898794,900319,901833,903335,904827,906308,907777,909236,910684,912120,913545,914960,916363,917755,919135,920505,921863,923210,924546,925871,927184,928486,929776,931056,932324,933580,934826,936060,937282,938493,939693,940881,942057,943223,944376,945519,946649,947768,948876,949972,951057,952129,953191,954240,955278,956305,957319,958323,959314,960294,961262,962218,963163,964095,965016,965926,966823,967709,968583,969445,970296,971134,971961,972776,973579,974370,975149,975917,976672,977416,978148,978867,979575,980271,980955,981627,982287,982935,983571,984196,984808,985408,985996,986572,987136,987688,988228,988756,989272,989776,990268,990748,991216,991671,992115,992546,992966,993373,993768,994151,994522,994881,995227,995562,995884,996195,996493,996779,997053,997314,997564,997801,998027,998240,998441,998630,998806,998971,999123,999263,999391,999507,999610,999701,999781,999848,999903,999945,999976,999994,1000000],"start":92000000,"version":1},"variant":"RTP_92"}
{"game":"launch","rules":{"angle":[100,800],"bands":[{"from":0,"name":"pond","pads":[100,110,100,90,110,100,125,110,100,0,110,100,110,125,100,90,110,100,110,100],"to":10000},{"from":10000,"name":"creek","pads":[100,120,80,120,100,150,120,100,0,120,100,120,80,100,150,120,0,100,120,100],"to":30000},{"from":30000,"name":"river","pads":[80,150,100,0,150,80,200,0,150,80,100,150,0,200,80,150,100,0,150,80],"to":60000},{"from":60000,"name":"bay","pads":[50,150,0,200,50,0,150,200,0,300,0,200,150,0,50,200,0,150,100,50],"to":100000},{"from":100000,"name":"sound","pads":[0,100,200,0,150,0,200,0,300,0,100,0,300,0,200,0,150,0,200,100],"to":150000},{"from":150000,"name":"strait","pads":[0,200,0,0,150,0,300,0,0,200,0,500,0,0,200,0,300,0,0,150],"to":220000},{"from":220000,"name":"sea","pads":[0,0,500,0,0,0,300,0,0,0,500,0,0,0,200,0,0,500,0,0],"to":300000},{"from":300000,"name":"ocean","pads":[0,0,0,500,0,0,0,0,0,0,1000,0,0,0,0,0,500,0,0,0],"to":410000}],"endsAt":10000000000,"factorUnit":100,"gravity":981,"maximumWin":100000000000,"power":[100,2000],"shots":10,"sineScale":1000000,"sines":[0,3491,6981,10472,13962,17452,20942,24432,27922,31411,34899,38388,41876,45363,48850,52336,55822,59306,62791,66274,69756,73238,76719,80199,83678,87156,90633,94108,97583,101056,104528,107999,111469,114937,118404,121869,125333,128796,132256,135716,139173,142629,146083,149535,152986,156434,159881,163326,166769,170209,173648,177085,180519,183951,187381,190809,194234,197657,201078,204496,207912,211325,214735,218143,221548,224951,228351,231748,235142,238533,241922,245307,248690,252069,255446,258819,262189,265556,268920,272280,275637,278991,282341,285688,289032,292372,295708,299041,302370,305695,309017,312335,315649,318959,322266,325568,328867,332161,335452,338738,342020,345298,348572,351842,355107,358368,361625,364877,368125,371368,374607,377841,381070,384295,387516,390731,393942,397148,400349,403545,406737,409923,413104,416281,419452,422618,425779,428935,432086,435231,438371,441506,444635,447759,450878,453990,457098,460200,463296,466387,469472,472551,475624,478692,481754,484810,487860,490904,493942,496974,500000,503020,506034,509041,512043,515038,518027,521010,523986,526956,529919,532876,535827,538771,541708,544639,547563,550481,553392,556296,559193,562083,564967,567844,570714,573576,576432,579281,582123,584958,587785,590606,593419,596225,599024,601815,604599,607376,610145,612907,615661,618408,621148,623880,626604,629320,632029,634731,637424,640110,642788,645458,648120,650774,653421,656059,658689,661312,663926,666532,669131,671721,674302,676876,679441,681998,684547,687088,689620,692143,694658,697165,699663,702153,704634,707107,709571,712026,714473,716911,719340,721760,724172,726575,728969,731354,733730,736097,738455,740805,743145,745476,747798,750111,752415,754710,756995,759271,761538,763796,766044,768284,770513,772734,774944,777146,779338,781520,783693,785857,788011,790155,792290,794415,796530,798636,800731,802817,804894,806960,809017,811064,813101,815128,817145,819152,821149,823136,825113,827081,829038,830984,832921,834848,836764,838671,840567,842452,844328,846193,848048,849893,851727,853551,855364,857167,858960,860742,862514,864275,866025,867765,869495,871214,872922,874620,876307,877983,879649,881303,882948,884581,886204,887815,889416,891007,892586,894154,895712,897258,898794,900319,901833,903335,904827,906308,907777,909236,910684,912120,913545,914960,916363,917755,919135,920505,921863,923210,924546,925871,927184,928486,929776,931056,932324,933580,934826,936060,937282,938493,939693,940881,942057,943223,944376,945519,946649,947768,948876,949972,951057,952129,953191,954240,955278,956305,957319,958323,959314,960294,961262,962218,963163,964095,965016,965926,966823,967709,968583,969445,970296,971134,971961,972776,973579,974370,975149,975917,976672,977416,978148,978867,979575,980271,980955,981627,982287,982935,983571,984196,984808,985408,985996,986572,987136,987688,988228,988756,989272,989776,990268,990748,991216,991671,992115,992546,992966,993373,993768,994151,994522,994881,995227,995562,995884,996195,996493,996779,997053,997314,997564,997801,998027,998240,998441,998630,998806,998971,999123,999263,999391,999507,999610,999701,999781,999848,999903,999945,999976,999994,1000000],"start":94000000,"version":1},"variant":"RTP_94"}
{"game":"launch","rules":{"angle":[100,800],"bands":[{"from":0,"name":"pond","pads":[100,110,100,90,110,100,125,110,100,0,110,100,110,125,100,90,110,100,110,100],"to":10000},{"from":10000,"name":"creek","pads":[100,120,80,120,100,150,120,100,0,120,100,120,80,100,150,120,0,100,120,100],"to":30000},{"from":30000,"name":"river","pads":[80,150,100,0,150,80,200,0,150,80,100,150,0,200,80,150,100,0,150,80],"to":60000},{"from":60000,"name":"bay","pads":[50,150,0,200,50,0,150,200,0,300,0,200,150,0,50,200,0,150,100,50],"to":100000},{"from":100000,"name":"sound","pads":[0,100,200,0,150,0,200,0,300,0,100,0,300,0,200,0,150,0,200,100],"to":150000},{"from":150000,"name":"strait","pads":[0,200,0,0,150,0,300,0,0,200,0,500,0,0,200,0,300,0,0,150],"to":220000},{"from":220000,"name":"sea","pads":[0,0,500,0,0,0,300,0,0,0,500,0,0,0,200,0,0,500,0,0],"to":300000},{"from":300000,"name":"ocean","pads":[0,0,0,500,0,0,0,0,0,0,1000,0,0,0,0,0,500,0,0,0],"to":410000}],"endsAt":10000000000,"factorUnit":100,"gravity":981,"maximumWin":100000000000,"power":[100,2000],"shots":10,"sineScale":1000000,"sines":[0,3491,6981,10472,13962,17452,20942,24432,27922,31411,34899,38388,41876,45363,48850,52336,55822,59306,62791,66274,69756,73238,76719,80199,83678,87156,90633,94108,97583,101056,104528,107999,111469,114937,118404,121869,125333,128796,132256,135716,139173,142629,146083,149535,152986,156434,159881,163326,166769,170209,173648,177085,180519,183951,187381,190809,194234,197657,201078,204496,207912,211325,214735,218143,221548,224951,228351,231748,235142,238533,241922,245307,248690,252069,255446,258819,262189,265556,268920,272280,275637,278991,282341,285688,289032,292372,295708,299041,302370,305695,309017,312335,315649,318959,322266,325568,328867,332161,335452,338738,342020,345298,348572,351842,355107,358368,361625,364877,368125,371368,374607,377841,381070,384295,387516,390731,393942,397148,400349,403545,406737,409923,413104,416281,419452,422618,425779,428935,432086,435231,438371,441506,444635,447759,450878,453990,457098,460200,463296,466387,469472,472551,475624,478692,481754,484810,487860,490904,493942,496974,500000,503020,506034,509041,512043,515038,518027,521010,523986,526956,529919,532876,535827,538771,541708,544639,547563,550481,553392,556296,559193,562083,564967,567844,570714,573576,576432,579281,582123,584958,587785,590606,593419,596225,599024,601815,604599,607376,610145,612907,615661,618408,621148,623880,626604,629320,632029,634731,637424,640110,642788,645458,648120,650774,653421,656059,658689,661312,663926,666532,669131,671721,674302,676876,679441,681998,684547,687088,689620,692143,694658,697165,699663,702153,704634,707107,709571,712026,714473,716911,719340,721760,724172,726575,728969,731354,733730,736097,738455,740805,743145,745476,747798,750111,752415,754710,756995,759271,761538,763796,766044,768284,770513,772734,774944,777146,779338,781520,783693,785857,788011,790155,792290,794415,796530,798636,800731,802817,804894,806960,809017,811064,813101,815128,817145,819152,821149,823136,825113,827081,829038,830984,832921,834848,836764,838671,840567,842452,844328,846193,848048,849893,851727,853551,855364,857167,858960,860742,862514,864275,866025,867765,869495,871214,872922,874620,876307,877983,879649,881303,882948,884581,886204,887815,889416,891007,892586,894154,895712,897258,898794,900319,901833,903335,904827,906308,907777,909236,910684,912120,913545,914960,916363,917755,919135,920505,921863,923210,924546,925871,927184,928486,929776,931056,932324,933580,934826,936060,937282,938493,939693,940881,942057,943223,944376,945519,946649,947768,948876,949972,951057,952129,953191,954240,955278,956305,957319,958323,959314,960294,961262,962218,963163,964095,965016,965926,966823,967709,968583,969445,970296,971134,971961,972776,973579,974370,975149,975917,976672,977416,978148,978867,979575,980271,980955,981627,982287,982935,983571,984196,984808,985408,985996,986572,987136,987688,988228,988756,989272,989776,990268,990748,991216,991671,992115,992546,992966,993373,993768,994151,994522,994881,995227,995562,995884,996195,996493,996779,997053,997314,997564,997801,998027,998240,998441,998630,998806,998971,999123,999263,999391,999507,999610,999701,999781,999848,999903,999945,999976,999994,1000000],"start":96000000,"version":1},"variant":"RTP_96"}
{"game":"launch","rules":{"angle":[100,800],"bands":[{"from":0,"name":"pond","pads":[100,110,100,90,110,100,125,110,100,0,110,100,110,125,100,90,110,100,110,100],"to":10000},{"from":10000,"name":"creek","pads":[100,120,80,120,100,150,120,100,0,120,100,120,80,100,150,120,0,100,120,100],"to":30000},{"from":30000,"name":"river","pads":[80,150,100,0,150,80,200,0,150,80,100,150,0,200,80,150,100,0,150,80],"to":60000},{"from":60000,"name":"bay","pads":[50,150,0,200,50,0,150,200,0,300,0,200,150,0,50,200,0,150,100,50],"to":100000},{"from":100000,"name":"sound","pads":[0,100,200,0,150,0,200,0,300,0,100,0,300,0,200,0,150,0,200,100],"to":150000},{"from":150000,"name":"strait","pads":[0,200,0,0,150,0,300,0,0,200,0,500,0,0,200,0,300,0,0,150],"to":220000},{"from":220000,"name":"sea","pads":[0,0,500,0,0,0,300,0,0,0,500,0,0,0,200,0,0,500,0,0],"to":300000},{"from":300000,"name":"ocean","pads":[0,0,0,500,0,0,0,0,0,0,1000,0,0,0,0,0,500,0,0,0],"to":410000}],"endsAt":10000000000,"factorUnit":100,"gravity":981,"maximumWin":100000000000,"power":[100,2000],"shots":10,"sineScale":1000000,"sines":[0,3491,6981,10472,13962,17452,20942,24432,27922,31411,34899,38388,41876,45363,48850,52336,55822,59306,62791,66274,69756,73238,76719,80199,83678,87156,90633,94108,97583,101056,104528,107999,111469,114937,118404,121869,125333,128796,132256,135716,139173,142629,146083,149535,152986,156434,159881,163326,166769,170209,173648,177085,180519,183951,187381,190809,194234,197657,201078,204496,207912,211325,214735,218143,221548,224951,228351,231748,235142,238533,241922,245307,248690,252069,255446,258819,262189,265556,268920,272280,275637,278991,282341,285688,289032,292372,295708,299041,302370,305695,309017,312335,315649,318959,322266,325568,328867,332161,335452,338738,342020,345298,348572,351842,355107,358368,361625,364877,368125,371368,374607,377841,381070,384295,387516,390731,393942,397148,400349,403545,406737,409923,413104,416281,419452,422618,425779,428935,432086,435231,438371,441506,444635,447759,450878,453990,457098,460200,463296,466387,469472,472551,475624,478692,481754,484810,487860,490904,493942,496974,500000,503020,506034,509041,512043,515038,518027,521010,523986,526956,529919,532876,535827,538771,541708,544639,547563,550481,553392,556296,559193,562083,564967,567844,570714,573576,576432,579281,582123,584958,587785,590606,593419,596225,599024,601815,604599,607376,610145,612907,615661,618408,621148,623880,626604,629320,632029,634731,637424,640110,642788,645458,648120,650774,653421,656059,658689,661312,663926,666532,669131,671721,674302,676876,679441,681998,684547,687088,689620,692143,694658,697165,699663,702153,704634,707107,709571,712026,714473,716911,719340,721760,724172,726575,728969,731354,733730,736097,738455,740805,743145,745476,747798,750111,752415,754710,756995,759271,761538,763796,766044,768284,770513,772734,774944,777146,779338,781520,783693,785857,788011,790155,792290,794415,796530,798636,800731,802817,804894,806960,809017,811064,813101,815128,817145,819152,821149,823136,825113,827081,829038,830984,832921,834848,836764,838671,840567,842452,844328,846193,848048,849893,851727,853551,855364,857167,858960,860742,862514,864275,866025,867765,869495,871214,872922,874620,876307,877983,879649,881303,882948,884581,886204,887815,889416,891007,892586,894154,895712,897258,898794,900319,901833,903335,904827,906308,907777,909236,910684,912120,913545,914960,916363,917755,919135,920505,921863,923210,924546,925871,927184,928486,929776,931056,932324,933580,934826,936060,937282,938493,939693,940881,942057,943223,944376,945519,946649,947768,948876,949972,951057,952129,953191,954240,955278,956305,957319,958323,959314,960294,961262,962218,963163,964095,965016,965926,966823,967709,968583,969445,970296,971134,971961,972776,973579,974370,975149,975917,976672,977416,978148,978867,979575,980271,980955,981627,982287,982935,983571,984196,984808,985408,985996,986572,987136,987688,988228,988756,989272,989776,990268,990748,991216,991671,992115,992546,992966,993373,993768,994151,994522,994881,995227,995562,995884,996195,996493,996779,997053,997314,997564,997801,998027,998240,998441,998630,998806,998971,999123,999263,999391,999507,999610,999701,999781,999848,999903,999945,999976,999994,1000000],"start":97000000,"version":1},"variant":"RTP_97"}
{"game":"smash","rules":{"bonuses":[{"hundredths":100,"weight":40},{"hundredths":150,"weight":30},{"hundredths":300,"name":"minor","weight":20},{"hundredths":500,"name":"major","weight":8},{"hundredths":1000,"name":"grand","weight":2}],"breakPercent":12,"firstThreshold":9,"lastThreshold":20,"maximumWin":250,"pool":[{"hundredths":50,"weight":6},{"hundredths":80,"weight":30},{"hundredths":100,"weight":40},{"hundredths":125,"weight":20},{"hundredths":200,"weight":4}],"returnPercent":92,"scales":["25/22","25/22","25/22","25/22","25/22","25/22","25/22","25/22","1000/957","250/241","2500/2431","750/737","2000/1991","250/253","500/517","1250/1331","1000/1111","250/297","500/671","250/451"],"version":1},"variant":"RTP_92"}
{"game":"smash","rules":{"bonuses":[{"hundredths":100,"weight":40},{"hundredths":150,"weight":30},{"hundredths":300,"name":"minor","weight":20},{"hundredths":500,"name":"major","weight":8},{"hundredths":1000,"name":"grand","weight":2}],"breakPercent":11,"firstThreshold":9,"lastThreshold":20,"maximumWin":250,"pool":[{"hundredths":50,"weight":6},{"hundredths":80,"weight":30},{"hundredths":100,"weight":40},{"hundredths":125,"weight":20},{"hundredths":200,"weight":4}],"returnPercent":94,"scales":["100/89","100/89","100/89","100/89","100/89","100/89","100/89","100/89","8000/7743","22000/21449","20000/19669","6000/5963","16000/16109","2000/2047","4000/4183","10000/10769","8000/8989","2000/2403","4000/5429","2000/3649"],"version":1},"variant":"RTP_94"}
{"game":"smash","rules":{"bonuses":[{"hundredths":100,"weight":40},{"hundredths":150,"weight":30},{"hundredths":300,"name":"minor","weight":20},{"hundredths":500,"name":"major","weight":8},{"hundredths":1000,"name":"grand","weight":2}],"breakPercent":10,"firstThreshold":9,"lastThreshold":20,"maximumWin":250,"pool":[{"hundredths":50,"weight":6},{"hundredths":80,"weight":30},{"hundredths":100,"weight":40},{"hundredths":125,"weight":20},{"hundredths":200,"weight":4}],"returnPercent":96,"scales":["10/9","10/9","10/9","10/9","10/9","10/9","10/9","10/9","800/783","2200/2169","2000/1989","200/201","1600/1629","200/207","400/423","1000/1089","800/909","200/243","400/549","200/369"],"version":1},"variant":"RTP_96"}
{"game":"smash","rules":{"bonuses":[{"hundredths":100,"weight":40},{"hundredths":150,"weight":30},{"hundredths":300,"name":"minor","weight":20},{"hundredths":500,"name":"major","weight":8},{"hundredths":1000,"name":"grand","weight":2}],"breakPercent":8,"firstThreshold":9,"lastThreshold":20,"maximumWin":250,"pool":[{"hundredths":50,"weight":6},{"hundredths":80,"weight":30},{"hundredths":100,"weight":40},{"hundredths":125,"weight":20},{"hundredths":200,"weight":4}],"returnPercent":97,"scales":["25/23","25/23","25/23","25/23","25/23","25/23","25/23","25/23","2000/2001","5500/5543","5000/5083","1500/1541","4000/4163","500/529","1000/1081","2500/2783","2000/2323","500/621","1000/1403","500/943"],"version":1},"variant":"RTP_97"}
{"game":"move","rules":{"cellSize":10,"lastCell":50,"longestMove":50,"maxMoves":200,"side":15,"traps":25,"values":[92000000,103557788,116633266,131434441,148199038,167198914,188745165,213194020,240953658,272492094,308346316,349132865,395560107,448442474,508717000,577462540,655922124,745528971,847936796,965055137,1099090572,1252594841,1428521082,1630289596,1861864822,2127845510,2433570439,2785242467,3190074220,3656459339,4194173947,4814613879,5531074277,6359079408,7316772089,8425373920,9709729700,11198952046,12927185386,14934512309,17268029857,19983128891,23145016373,26830528534,31130292722,36151307677,42020026455,48886043849,56926511587,66351430723,77410002510],"version":1},"variant":"RTP_92"}
{"game":"move","rules":{"cellSize":10,"lastCell":50,"longestMove":50,"maxMoves":200,"side":15,"traps":25,"values":[94000000,105809045,119168772,134291712,151420756,170833673,192848321,217828673,246191781,278415836,315049498,356722712,404159242,458191226,519776068,590016077,670181304,761736126,866370209,986034602,1122983852,1279825172,1459575898,1665730685,1902340157,2174103036,2486474161,2845791236,3259423683,3735947613,4285351673,4919279435,5651315065,6497320314,7475832409,8608534289,9920810857,11442407614,13208211258,15259175739,17643421948,20417544895,23648169087,27413801107,31807038463,36937205957,42933505625,49948784321,58164044900,67793853658,79092829267],"version":1},"variant":"RTP_94"}
{"game":"move","rules":{"cellSize":10,"lastCell":50,"longestMove":50,"maxMoves":200,"side":15,"traps":25,"values":[96000000,108060301,121704278,137148983,154642475,174468433,196951478,222463327,251429906,284339579,321752681,364312559,412758378,467939979,530835137,602569614,684440485,777943283,884803624,1007014069,1146877134,1307055504,1490630715,1701171776,1942815494,2220360564,2539377886,2906340008,3328773148,3815435888,4376529400,5023944991,5771555852,6635561219,7634892727,8791694655,10131892010,11685863177,13489237124,15583839161,18018814029,20851960888,24151321788,27997073665,32483784188,37723104218,43846984772,51011524767,59401578182,69236276556,80775655982],"version":1},"variant":"RTP_96"}
{"game":"move","rules":{"cellSize":10,"lastCell":50,"longestMove":50,"maxMoves":200,"side":15,"traps":25,"values":[97000000,109185929,122972031,138577618,156253334,176285812,199003055,224780652,254048966,287301448,325104270,368107480,417057942,472814351,536364666,608846377,691570069,786046854,894020322,1017503791,1158823761,1320670654,1506158105,1718892300,1963053138,2243489300,2565829716,2936614357,3363447839,3855179979,4422118211,5076277709,5831676177,6704681592,7714422795,8883274733,10237432466,11807590819,13629749896,15746170687,18206509856,21069168638,24402897852,28288709611,32822156664,38116052900,44303723825,51542894384,60020344118,69957487183,81617068380],"version":1},"variant":"RTP_97"}
{"game":"dice","rules":{"highestChance":9800,"lowestChance":100,"returnPercent":92,"rolls":10000,"version":1},"variant":"RTP_92"}
{"game":"dice","rules":{"highestChance":9800,"lowestChance":100,"returnPercent":94,"rolls":10000,"version":1},"variant":"RTP_94"}
{"game":"dice","rules":{"highestChance":9800,"lowestChance":100,"returnPercent":96,"rolls":10000,"version":1},"variant":"RTP_96"}
{"game":"dice","rules":{"highestChance":9800,"lowestChance":100,"returnPercent":97,"rolls":10000,"version":1},"variant":"RTP_97"}
# END rules
"""


class Unchecked(Exception):
    """The round cannot be checked: its seed is not revealed, its rules are not at hand, or it is no record at all."""


class Refused(Exception):
    """What the record says was played is against the rules."""


def require(condition, otherwise, kind=Refused):
    if not condition:
        raise kind(otherwise)


# ---------------------------------------------------------------------------------------------------------------- JSON, exactly

def read_number(text):
    require(re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", text), f"{text[:40]} is no number without an exponent", Unchecked)
    return Number(text)


class Number(Fraction):
    """A number and how it was written, because a receipt is of that: 84.00 and 84 are equal, but have other hashes."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


def read_object(members):
    found = dict(members)
    require(len(found) == len(members), "an object has the same member twice", Unchecked)
    return found


def no_constant(text):
    raise Unchecked(f"{text} is no number")


def read_json(text):
    """Numbers become fractions, so that nothing is ever rounded."""
    return json.loads(text, parse_int=read_number, parse_float=read_number, parse_constant=no_constant, object_pairs_hook=read_object)


def same(a, b):
    """Whether two values of JSON are equal. Python's own == takes true for 1."""
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (int, Fraction)) and isinstance(b, (int, Fraction)):
        return a == b
    return isinstance(a, str) and isinstance(b, str) and a == b


def decimal(number, places=None):
    """A number in decimals: with so many places, or as many as it needs."""
    number = Fraction(number)
    wanted = places
    if wanted is None:
        wanted = 0
        while (number * 10**wanted).denominator != 1 and wanted < 40:
            wanted += 1
    scaled = number * 10**wanted
    if scaled.denominator != 1:
        return str(number)
    digits = str(abs(scaled.numerator)).rjust(wanted + 1, "0")
    whole, rest = digits[:len(digits) - wanted], digits[len(digits) - wanted:]
    return ("-" if number < 0 else "") + whole + ("." + rest if rest else "")


def write_json(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{write_json(value[k])}" for k in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write_json, value)) + "]"
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return decimal(value)
    return json.dumps(value, ensure_ascii=False)


def fields(payload, **kinds):
    """The members of an action, which must be exactly these, of these kinds."""
    require(isinstance(payload, dict) and set(payload) == {"action", *kinds}, f"the action must have the fields {', '.join(kinds) or 'action only'}")
    for name, kind in kinds.items():
        require(isinstance(payload[name], kind) and (kind is bool or not isinstance(payload[name], bool)), f"{name} is of the wrong type")
    return [payload[name] for name in kinds]


def whole(number, name, low, high, unit=1):
    """number / unit, which must be a whole number from low to high."""
    n = Fraction(number) / Fraction(unit)
    require(n.denominator == 1 and low <= n <= high, f"{name} must be a multiple of {unit} from {decimal(Fraction(unit) * low)} to "
            f"{decimal(Fraction(unit) * high)}, not {decimal(number)}")
    return n.numerator


# -------------------------------------------------------------------------------------------------------------- bytes and draws

def commitment(server_seed):
    return hashlib.sha256(server_seed.encode("ascii")).hexdigest()


def is_server_seed(text):
    return isinstance(text, str) and re.fullmatch(r"[0-9a-f]{64}", text) is not None


def is_client_seed(text):
    return isinstance(text, str) and 1 <= len(text) <= 64 and all(" " <= c <= "~" and c not in ":#" for c in text)


class Draws:
    """The draws of one round. Each label has a stream of its own; a step that asks for it reads it from its first byte."""

    def __init__(self, server_seed, client_seed, nonce, script):
        self.key = server_seed.encode("ascii")
        self.prefix = f"{client_seed}:{nonce}"
        self.script = script or {}
        self.made = []

    def stream(self, label):
        return Stream(self, label)


class Stream:
    def __init__(self, draws, label):
        self.draws, self.label = draws, label
        self.message = f"{draws.prefix}:{label}" if label else draws.prefix
        self.forced = list(draws.script.get(label, []))
        self.block, self.buffer = 0, b""

    def uint32(self):
        if self.forced:
            return self.forced.pop(0)
        if not self.buffer:
            message = self.message if self.block == 0 else f"{self.message}#{self.block}"
            self.buffer = hmac.new(self.draws.key, message.encode("ascii"), hashlib.sha512).digest()
            self.block += 1
        word, self.buffer = self.buffer[:4], self.buffer[4:]
        return int.from_bytes(word, "big")

    def intn(self, n):
        require(1 <= n <= 2**32, f"a draw below {n} cannot be made", Unchecked)
        words = [self.uint32()]
        while words[-1] >= 2**32 // n * n:
            words.append(self.uint32())
        value = words[-1] % n
        self.draws.made.append({"label": self.label, "n": n, "words": words, "value": value})
        return value

    def shuffle(self, items, last=0):
        """Shuffle. With last, only so many elements at the end are settled, which are those of the full shuffle."""
        for i in range(len(items) - 1, max(0, len(items) - 1 - last) if last else 0, -1):
            j = self.intn(i + 1)
            items[i], items[j] = items[j], items[i]
        return items

    def weighted(self, weights):
        r, total = self.intn(sum(weights)), 0
        for index, weight in enumerate(weights):
            total += weight
            if total > r:
                return index


def round_fair(payout, draws):
    """A payout in smallest units of the currency, whole: its fraction is the chance to be rounded up."""
    down, rest = divmod(payout.numerator, payout.denominator)  # a Fraction is in lowest terms
    if rest == 0:
        return down
    return down + (draws.stream("pay").intn(payout.denominator) < rest)


# ------------------------------------------------------------------------------------------------------------------------ money

class Money:
    """What a round needs to know of its currency. Amounts are whole numbers of its smallest unit."""

    def __init__(self, code):
        require(code in CURRENCIES, f"{str(code)[:12]!r} is no currency that this program knows", Unchecked)
        self.code, self.scale = code, CURRENCIES[code]

    def stake(self, number, name):
        minor = number * 10**self.scale
        require(minor > 0 and minor.denominator == 1, f"{name} must be more than 0, with no more than {self.scale} decimals")
        return minor.numerator

    def number(self, minor):
        return Fraction(minor, 10**self.scale)

    def text(self, minor):
        return f"{decimal(self.number(minor), self.scale)} {self.code}"


IN_PROGRESS, COMPLETED, CASHED_OUT, VOIDED = "in_progress", "completed", "cashed_out", "voided"


class Step:
    """What an action led to. win is what the round pays, an exact fraction of the smallest unit; side is paid beside it."""

    def __init__(self, status, outcome, stake=0, win=Fraction(0), side=0, why=()):
        self.status, self.outcome, self.stake, self.win, self.side, self.why = status, outcome, stake, Fraction(win), side, list(why)


def shown(value):
    """A multiple in units of 10^-8 as players are shown it: cut off after 4 decimals."""
    return Fraction(value // 10**4, 10**4)


def cut(fraction):
    """A factor as players are shown it: cut off after 4 decimals."""
    return Fraction(fraction.numerator * 10**4 // fraction.denominator, 10**4)


def x(number):
    return f"{decimal(number)}×"


class Game:
    """A round of a game. rules is the member rules of the rules' text; money is the round's currency."""

    VERSION = 1

    def __init__(self, rules, money):
        self.rules, self.money = rules, money
        require(rules.get("version") == self.VERSION or not self.VERSION, f"this program does not know version {rules.get('version')} of the game", Unchecked)
        self.prepare()

    def prepare(self):
        """Take from the rules what the game is played with."""

    def act(self, name, payload, draws):
        raise Refused("the round is over with its first action")

    def cash_out(self):
        raise Refused("there is nothing to cash out")

    def expire(self):
        raise Refused("there is nothing to expire")


# ------------------------------------------------------------------------------------------------------------------------- dice

class Dice(Game):
    def open(self, name, payload, draws):
        require(name == "roll", "a round opens with roll")
        amount, chance = fields(payload, amount=Fraction, chance=Fraction)
        stake, r = self.money.stake(amount, "amount"), self.rules
        chance = whole(chance, "chance", r["lowestChance"], r["highestChance"], Fraction(1, 100))
        roll = draws.stream("").intn(r["rolls"])
        multiple = r["returnPercent"] * UNIT * r["rolls"] // (100 * chance)
        won = roll < chance
        outcome = {"roll": Fraction(roll, 100), "chance": Fraction(chance, 100), "multiplier": shown(multiple), "won": won}
        return Step(COMPLETED, outcome, stake, Fraction(multiple * stake, UNIT) if won else 0, why=[
            f"The roll is {decimal(Fraction(roll, 100), 2)}; below {decimal(Fraction(chance, 100), 2)} wins: {'it wins' if won else 'it loses'}.",
            f"A win pays {x(Fraction(multiple, UNIT))} the stake."])


# ------------------------------------------------------------------------------------------------------------------------ slots

class Slots(Game):
    VERSION = None  # of a slot machine the version is its owner's

    def prepare(self):
        r, free = self.rules, self.rules.get("freeSpins")
        self.wild, self.scatter, self.rows = r.get("wild"), r.get("scatter"), r.get("rows", 3)
        self.strips, self.free_strips = r["strips"], r.get("freeSpinStrips", r["strips"])
        self.pays = {symbol["name"]: by_count(symbol.get("pays", {})) for symbol in r["symbols"]}
        self.wild_multiplier, self.per_wild = r.get("wildMultiplier", 1), r.get("wildMultiplierPer", "wild") == "wild"
        self.cap, self.free = r.get("maximumWin"), bool(free)
        if free:
            self.awards = by_count(free["awards"]) if "awards" in free else {free["scatters"]: free["award"]}
            self.multiplier, self.retriggers = free.get("multiplier", 1), free.get("retriggers", 1)

    def open(self, name, payload, draws):
        require(name == "spin", "a round opens with spin")
        per_line, lines = fields(payload, betPerLine=Fraction, activePaylines=Fraction)
        self.bet = self.money.stake(per_line, "betPerLine")
        self.lines = whole(lines, "activePaylines", 1, len(self.rules["paylines"]))
        stake, cap = self.bet * self.lines, self.cap
        self.why = []
        outcome, total, won = self.spin(draws.stream(""), self.strips, 1, "The spin")
        spins, generation = [], 1
        waiting = won
        while self.free and waiting and generation <= self.retriggers + 1:
            again = 0
            for _ in range(waiting):
                if cap and total >= cap * stake:
                    break
                one, pays, more = self.spin(draws.stream(f"fs{len(spins)}"), self.free_strips, self.multiplier, f"Free spin {len(spins)}")
                if generation > self.retriggers:
                    more = 0
                one.update(win=self.money.number(pays), freeSpinsTriggered=more > 0)
                spins.append(one)
                total, again = total + pays, again + more
            waiting, generation = again, generation + 1
        paid = min(total, cap * stake) if cap else total
        outcome.update(totalWin=self.money.number(paid), freeSpinsTriggered=won > 0,
                       freeSpinsMultiplier=self.multiplier if self.free else 1, freeSpins=spins)
        if paid < total:
            outcome["capped"] = True
            self.why.append(f"The maximum win of {x(cap)} cuts it to {self.money.text(paid)}.")
        return Step(COMPLETED, outcome, stake, paid, why=self.why)

    def spin(self, stream, strips, multiplier, what):
        """One spin: its outcome, what it pays in smallest units, and how many free spins its scatters win."""
        stops = [stream.intn(len(strip)) for strip in strips]
        window = [[strip[(stop + row) % len(strip)] for strip, stop in zip(strips, stops)] for row in range(self.rows)]
        self.why.append(f"{what} stops at {', '.join(map(str, stops))}: {' / '.join(' '.join(row) for row in window)}.")
        wins, pays = [], 0
        for number, rows in enumerate(self.rules["paylines"][:self.lines], 1):
            times, length = self.line([window[row][reel] for reel, row in enumerate(rows)])
            if times:
                win = times * self.bet * multiplier
                symbols = [window[rows[reel]][reel] for reel in range(length)]
                wins.append({"line": number, "symbols": symbols, "win": self.money.number(win)})
                self.why.append(f"Line {number}, {' '.join(symbols)}: {self.times(times, multiplier)} the bet per line, {self.money.text(win)}.")
                pays += win
        scatters = sum(row.count(self.scatter) for row in window) if self.scatter else 0
        times = self.at(self.pays.get(self.scatter, {}), scatters)
        scatter_win = times * self.bet * self.lines * multiplier
        if times:
            self.why.append(f"{scatters} {self.scatter}: {self.times(times, multiplier)} the total bet, {self.money.text(scatter_win)}.")
        won = self.at(self.awards, scatters) if self.free else 0
        outcome = {"reelPositions": stops, "window": window, "paylines": wins, "scatterWin": self.money.number(scatter_win)}
        return outcome, pays + scatter_win, won

    @staticmethod
    def times(times, multiplier):
        return f"{times} × {multiplier} times" if multiplier > 1 else f"{times} times"

    @staticmethod
    def at(table, count):
        """What a table by counts says of a count: that of the highest count listed which is not more."""
        return table[max(k for k in table if k <= count)] if any(k <= count for k in table) else 0

    def line(self, symbols):
        """How many bets per line a line pays, and by how many symbols."""
        wilds = next((i for i, s in enumerate(symbols) if s != self.wild), len(symbols))
        best = (max(p.get(wilds, 0) for s, p in self.pays.items() if s != self.scatter), wilds) if wilds else (0, 0)
        if wilds < len(symbols) and symbols[wilds] != self.scatter:
            symbol = symbols[wilds]
            length = next((i for i, s in enumerate(symbols) if s not in (symbol, self.wild)), len(symbols))
            standing = symbols[:length].count(self.wild) if self.wild else 0
            pays = self.pays.get(symbol, {}).get(length, 0) * self.multiplied(standing)
            best = max(best, (pays, length))
        return best if best[0] else (0, 0)

    def multiplied(self, wilds):
        return self.wild_multiplier ** (wilds if self.per_wild else min(wilds, 1))


def by_count(table):
    return {int(count): pays for count, pays in table.items()}


# -------------------------------------------------------------------------------------------------------------------- blackjack

RANKS, SUITS = "A23456789TJQK", "SHDC"


def name_of(card):
    return RANKS[card % 13] + SUITS[card // 13]


def count(cards):
    """The total of a hand, and whether an ace in it counts 11."""
    total = sum(min(card % 13 + 1, 10) for card in cards)
    soft = any(card % 13 == 0 for card in cards) and total <= 11
    return total + 10 * soft, soft


def is_natural(cards):
    return len(cards) == 2 and count(cards)[0] == 21


class Hand:
    def __init__(self, cards, bet):
        self.cards, self.stake, self.doubled = cards, bet, False
        self.status, self.of_aces = "waiting", False
        self.result, self.pays = None, None


class Blackjack(Game):
    DEALT_AT_MOST = 61  # with 6 decks and 4 hands

    def prepare(self):
        require(self.rules["peek"] and self.rules["decks"] == 6 and self.rules["maxHands"] == 4, "this program knows blackjack with 6 decks, 4 hands and a peek", Unchecked)

    def open(self, name, payload, draws):
        require(name == "bet", "a round opens with bet")
        (amount,) = fields(payload, amount=Fraction)
        self.bet = self.money.stake(amount, "amount")
        shoe = [i % 52 for i in range(52 * self.rules["decks"])]
        self.shoe = draws.stream("init").shuffle(shoe, last=self.DEALT_AT_MOST)
        self.dealer, self.hands, self.active, self.over = [], [Hand([], self.bet)], None, False
        self.insurance, self.insured, self.split_yet, self.decided = "none", 0, False, False
        self.staked = self.bet
        self.begin()
        self.deal_to(0), self.deal_dealer(), self.deal_to(0), self.deal_dealer(hidden=True)
        hand = self.hands[0]
        hand.status = "blackjack" if is_natural(hand.cards) else "playing"
        if self.rules["insurance"] and self.dealer[0] % 13 == 0 and self.bet // 2 > 0:
            self.insurance, self.insured = "offered", self.bet // 2
        else:
            self.look()
        return self.step(self.bet)

    # What follows changes the table; begin and step stand around every action.

    def begin(self):
        self.dealt, self.why = [], []

    def deal_to(self, at):
        card = self.shoe.pop()
        self.hands[at].cards.append(card)
        self.dealt.append({"card": name_of(card), "to": "player", "hand": at})
        self.why.append(f"The next card of the shoe, {name_of(card)}, goes to the player's hand {at}.")

    def deal_dealer(self, hidden=False):
        card = self.shoe.pop()
        self.dealer.append(card)
        if hidden:
            self.why.append("The next card is the dealer's hole card, face down.")
        else:
            self.dealt.append({"card": name_of(card), "to": "dealer"})
            self.why.append(f"The next card of the shoe, {name_of(card)}, goes to the dealer.")

    def look(self):
        """The dealer looks for a blackjack; then a player's blackjack is paid, or the player goes on."""
        self.active = 0
        if self.insurance == "taken":
            self.insurance = "won" if is_natural(self.dealer) else "lost"
            self.why.append(f"The dealer {'has' if self.insurance == 'won' else 'does not have'} a blackjack: the insurance is {self.insurance}.")
        if is_natural(self.dealer):
            if self.hands[0].status == "playing":
                self.hands[0].status = "stood"
            self.finish(draw=False)
        elif self.hands[0].status == "blackjack":
            self.finish(draw=False)

    def next_hand(self):
        """Go on from a hand that is over: a waiting hand gets its second card."""
        while self.active < len(self.hands):
            hand = self.hands[self.active]
            if hand.status == "waiting":
                hand.status = "playing"
                self.deal_to(self.active)
                self.settle_hand(hand)
            if hand.status == "playing":
                return
            self.active += 1
        self.finish(draw=any(h.status == "stood" for h in self.hands))

    def settle_hand(self, hand):
        """A hand that can take no more cards stands or is bust."""
        total, _ = count(hand.cards)
        if total > 21:
            hand.status = "bust"
        elif total == 21 or hand.doubled or (hand.of_aces and not self.may_split(hand)):
            hand.status = "stood"

    def finish(self, draw):
        self.over, self.active = True, None
        self.dealt.append({"card": name_of(self.dealer[1]), "to": "dealer"})
        self.why.append(f"The dealer shows the hole card, {name_of(self.dealer[1])}.")
        natural = is_natural(self.dealer)
        while draw and not natural:
            total, soft = count(self.dealer)
            if total > 17 or (total == 17 and not (soft and self.rules["hitSoft17"])):
                break
            self.deal_dealer()
        for hand in self.hands:
            self.judge(hand, natural)

    def judge(self, hand, natural):
        dealer, mine = count(self.dealer)[0], count(hand.cards)[0]
        keeps = Fraction(10000 - self.rules["commission"], 10000)
        three, two = self.rules["blackjackPays"]["num"], self.rules["blackjackPays"]["den"]
        if hand.status == "surrendered":
            hand.result, times = "surrender", Fraction(1, 2)
        elif hand.status == "bust":
            hand.result, times = "bust", Fraction(0)
        elif hand.status == "blackjack":
            hand.result, times = ("push", Fraction(1)) if natural else ("blackjack", 1 + Fraction(three, two) * keeps)
        elif natural or (dealer <= 21 and dealer > mine):
            hand.result, times = "lose", Fraction(0)
        elif dealer == mine:
            hand.result, times = "push", Fraction(1)
        else:
            hand.result, times = "win", 1 + keeps
        hand.pays = times * Fraction(hand.stake, self.bet)
        self.why.append(f"Hand {self.hands.index(hand)} has {mine}, the dealer {dealer}: {hand.result}, which pays {decimal(hand.pays)} × the opening bet.")

    # What the player may do.

    def may_split(self, hand):
        return (len(hand.cards) == 2 and len(self.hands) < self.rules["maxHands"] and
                min(hand.cards[0] % 13, 9) == min(hand.cards[1] % 13, 9) and (not hand.of_aces or self.rules["resplitAces"]))

    def may_double(self, hand):
        if len(hand.cards) != 2 or hand.of_aces or (self.split_yet and not self.rules["doubleAfterSplit"]):
            return False
        total, soft = count(hand.cards)
        return self.rules["doubleOn"] == 0 or (not soft and self.rules["doubleOn"] <= total <= 11)

    def possible(self):
        if self.over:
            return []
        if self.insurance == "offered":
            return ["insurance"]
        hand = self.hands[self.active]
        return [name for name, may in (
            ("hit", not hand.of_aces), ("stand", True), ("double", self.may_double(hand)), ("split", self.may_split(hand)),
            ("surrender", self.rules["lateSurrender"] and not self.decided)) if may]

    def act(self, name, payload, draws):
        require(name in self.possible(), f"{name} is not possible here, but {', '.join(self.possible())}")
        self.begin()
        if name == "insurance":
            (accept,) = fields(payload, accept=bool)
            stake = self.insured if accept else 0
            self.insurance, self.insured = ("taken" if accept else "declined"), stake
            self.staked += stake
            self.look()
            return self.step(stake)
        fields(payload)
        hand, stake = self.hands[self.active], 0
        self.decided = True
        if name == "hit":
            self.deal_to(self.active)
        elif name == "stand":
            hand.status = "stood"
        elif name == "double":
            stake = self.bet
            hand.stake, hand.doubled = hand.stake + stake, True
            self.deal_to(self.active)
        elif name == "split":
            stake = self.bet
            self.split(hand)
        else:
            hand.status = "surrendered"
        self.staked += stake
        if hand.status == "playing":
            self.settle_hand(hand)
        self.next_hand()
        return self.step(stake)

    def split(self, hand):
        other = Hand([hand.cards.pop()], self.bet)
        hand.of_aces = other.of_aces = hand.cards[0] % 13 == 0
        self.split_yet = True
        self.hands.insert(self.active + 1, other)
        self.deal_to(self.active)

    def expire(self):
        self.begin()
        if self.insurance == "offered":
            self.insurance, self.insured = "declined", 0
            self.look()
        while not self.over:
            self.hands[self.active].status = "stood"
            self.next_hand()
        return self.step(0)

    def step(self, stake):
        outcome = {
            "dealer": self.view(self.dealer if self.over else self.dealer[:1]),
            "hands": [self.view_hand(hand) for hand in self.hands],
            "activeHand": None if self.over or self.insurance == "offered" else self.active,
            "insurance": {"status": self.insurance, "stake": self.money.number(self.insured)},
            "actions": self.possible(), "canCashOut": False, "dealt": self.dealt,
        }
        if not self.over:
            return Step(IN_PROGRESS, outcome, stake, why=self.why)
        multiple = sum(hand.pays for hand in self.hands)
        side = 3 * self.insured if self.insurance == "won" else 0
        outcome["settlement"] = {"staked": self.money.number(self.staked), "multiplier": multiple, "insurancePays": self.money.number(side)}
        return Step(COMPLETED, outcome, stake, multiple * self.bet, side, self.why)

    @staticmethod
    def view(cards):
        total, soft = count(cards)
        return {"cards": [name_of(card) for card in cards], "total": total, "soft": soft}

    def view_hand(self, hand):
        seen = {**self.view(hand.cards), "status": hand.status, "doubled": hand.doubled, "stake": self.money.number(hand.stake)}
        if self.over:
            seen.update(result=hand.result, multiplier=hand.pays)
        return seen


# ------------------------------------------------------------------------------------------------------- games with a cash-out

class CashOutGame(Game):
    """What these games have in common: the round is worth value × 10^-8 stakes, and can be cashed out once it is takeable."""

    def open(self, name, payload, draws):
        require(name == "bet", "a round opens with bet")
        (amount,) = fields(payload, amount=Fraction)
        self.stake = self.money.stake(amount, "amount")
        self.value, self.takeable, self.steps = self.first_value(), False, 0
        self.begin(draws)
        return Step(IN_PROGRESS, self.view(), self.stake)

    def begin(self, draws):
        pass

    def first_value(self):
        return self.rules["returnPercent"] * UNIT // 100

    def grow(self, factor, limit=None):
        """Multiply the value, cut off after 8 decimals."""
        before, exact = self.value, self.value * Fraction(factor)
        self.value = exact.numerator // exact.denominator
        if limit is not None:
            self.value = min(self.value, limit)
        return f"The stake was worth {x(Fraction(before, UNIT))}, times {factor} is {x(Fraction(self.value, UNIT))}."

    def paid(self, status, outcome, why=()):
        return Step(status, outcome, win=Fraction(self.value * self.stake, UNIT),
                    why=[*why, f"Paid: {x(Fraction(self.value, UNIT))} of {self.money.text(self.stake)}."])

    def cash_out(self):
        require(self.takeable, "there is nothing to cash out yet")
        return self.paid(CASHED_OUT, self.view(over=True))

    def expire(self):
        if self.takeable:
            return self.paid(CASHED_OUT, self.view(over=True))
        return Step(COMPLETED, self.view(over=True), win=self.stake, why=["Nothing was played on the stake: it is returned."])


class Guess(CashOutGame):
    ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    def prepare(self):
        r = self.rules
        require(r["alphabet"] == self.ALPHABET and r["positions"] == 12, "this program knows keys of 12 of 36 characters", Unchecked)
        self.wrong, self.limit, self.maximum = Fraction(r["wrongNumerator"], r["wrongDenominator"]), r["traceLimit"], r["maximumWin"]
        self.right_rise, self.wrong_rise = ((r[name]["lowest"], r[name]["highest"]) for name in ("rightRise", "wrongRise"))

    def begin(self, draws):
        stream = draws.stream("init")
        self.key = "".join(self.ALPHABET[stream.intn(36)] for _ in range(12))
        self.trace, self.revealed, self.struck = 0, [False] * 12, [""] * 12

    def bust(self, low, high):
        """The chance that a rise from low to high leads to the limit."""
        return Fraction(min(max(high - (self.limit - self.trace) + 1, 0), high - low + 1), high - low + 1)

    def factors(self, candidates):
        """What a right and a wrong guess multiply the value by, at a position with so many candidates."""
        right_bust, wrong_bust = self.bust(*self.right_rise), self.bust(*self.wrong_rise)
        most = Fraction(self.maximum * UNIT, self.value)
        right = (candidates - (candidates - 1) * (1 - wrong_bust) * self.wrong) / (1 - right_bust)
        wrong = self.wrong
        if right > most:
            right = most
            wrong = (candidates - (1 - right_bust) * right) / ((candidates - 1) * (1 - wrong_bust))
        return right, wrong

    def act(self, name, payload, draws):
        require(name == "guess", "the actions are guess and cash-out")
        position, character = fields(payload, position=Fraction, character=str)
        position = whole(position, "position", 0, 11)
        require(len(character) == 1 and character in self.ALPHABET, "character must be A to Z or 0 to 9")
        require(not self.revealed[position], f"position {position} is revealed")
        require(character not in self.struck[position], f"{character} is struck from position {position}")
        self.steps += 1
        factors = self.factors(36 - len(self.struck[position]))
        right = self.key[position] == character
        low, high = self.right_rise if right else self.wrong_rise
        rise = low + draws.stream(str(self.steps)).intn(high - low + 1)
        self.trace += rise
        why = [f"The key has {self.key[position]} at position {position}, the guess is {character}: {'right' if right else 'wrong'}. "
               f"The trace rises by {rise} to {self.trace}."]
        if right:
            self.revealed[position] = True
        else:
            self.struck[position] += character
        busted = self.trace >= self.limit
        told = {"position": position, "character": character, "right": right, "rise": rise, "busted": busted}
        if busted:
            self.value, self.takeable = 0, False
            return Step(COMPLETED, {**told, **self.view(over=True)}, why=[*why, f"The trace has reached {self.limit}: the round is lost."])
        why.append(self.grow(factors[0] if right else factors[1]))
        self.takeable = True
        if self.ends():
            return self.paid(CASHED_OUT, {**told, **self.view(over=True)}, [*why, "No further guess could be fair, or the maximum win is reached."])
        return Step(IN_PROGRESS, {**told, **self.view()}, why=why)

    def ends(self):
        if self.value >= self.maximum * UNIT or all(self.revealed):
            return True
        right_bust, wrong_bust = self.bust(*self.right_rise), self.bust(*self.wrong_rise)
        return right_bust == 1 or Fraction(self.value, UNIT) * (36 - 35 * (1 - wrong_bust)) > self.maximum * (1 - right_bust)

    def view(self, over=False):
        factors = [None if over or self.revealed[i] else self.factors(36 - len(self.struck[i])) for i in range(12)]
        seen = {
            "trace": self.trace, "multiplier": shown(self.value), "canCashOut": self.takeable and not over,
            "positions": [self.key[i] if self.revealed[i] else None for i in range(12)], "struck": list(self.struck),
            "rightMultipliers": [f and cut(f[0]) for f in factors], "wrongMultipliers": [f and cut(f[1]) for f in factors],
        }
        if over:
            seen["key"] = self.key
        return seen


class Launch(CashOutGame):
    def prepare(self):
        r = self.rules
        require((r["sineScale"], r["gravity"], len(r["sines"])) == (10**6, 981, 451), "this program knows another table of sines", Unchecked)
        require(all(len(band["pads"]) == 20 for band in r["bands"]), "this program knows bands of 20 pads", Unchecked)
        self.most, self.ends_at = r["shots"], r["endsAt"]
        self.bands = [{**band, "factors": [Fraction(pad, r["factorUnit"]) for pad in band["pads"]]} for band in r["bands"]]

    def first_value(self):
        return self.rules["start"]

    def begin(self, draws):
        self.shots = []

    def flight(self, angle, power):
        """The range and the apex in centimetres."""
        sines = self.rules["sines"]
        sine, cosine = (sines[angle], sines[450 - angle]) if angle <= 450 else (sines[900 - angle], -sines[angle - 450])
        return power**2 * sine // 9_810_000, power**2 * (1_000_000 - cosine) // 39_240_000

    def act(self, name, payload, draws):
        require(name == "launch", "the actions are launch and cash-out")
        angle, power = fields(payload, angle=Fraction, power=Fraction)
        angle, power = whole(angle, "angle", *self.rules["angle"], Fraction(1, 10)), whole(power, "power", *self.rules["power"])
        self.steps += 1
        distance, apex = self.flight(angle, power)
        at = next(i for i, band in enumerate(self.bands) if band["from"] <= distance < band["to"])
        band = self.bands[at]
        aim = (distance - band["from"]) * 20 // (band["to"] - band["from"])
        wind = draws.stream(str(self.steps)).intn(20)
        pad = (aim + wind) % 20
        factor = band["factors"][pad]
        landing = band["from"] + (band["to"] - band["from"]) * (2 * pad + 1) // 40
        self.shots.append({"band": at, "pad": pad, "factor": factor})
        why = [f"The shot flies {distance} cm, into the {band['name']}, and aims at pad {aim}. The wind carries it on by {wind}, to pad {pad}, "
               f"whose factor is {decimal(factor)}.", self.grow(factor)]
        told = {
            "range": distance, "band": at, "bandName": band["name"], "aim": aim, "wind": wind, "pad": pad, "factor": factor,
            "splash": factor == 0, "pads": band["factors"], "landing": landing,
            "trajectory": [[landing * k // 20, 4 * apex * k * (20 - k) // 400] for k in range(21)],
        }
        if factor == 0:
            self.takeable = False
            return Step(COMPLETED, {**told, **self.view(over=True)}, why=[*why, "A splash: the round is lost."])
        self.takeable = True
        if self.steps == self.most or self.value >= self.ends_at:
            return self.paid(CASHED_OUT, {**told, **self.view(over=True)}, why)
        return Step(IN_PROGRESS, {**told, **self.view()}, why=why)

    def view(self, over=False):
        return {"shots": list(self.shots), "shotsLeft": self.most - self.steps, "multiplier": shown(self.value), "canCashOut": self.takeable and not over}


class Smash(CashOutGame):
    def prepare(self):
        r = self.rules
        self.first_threshold, self.last_threshold = r["firstThreshold"], r["lastThreshold"]
        self.break_percent, self.maximum = r["breakPercent"], r["maximumWin"]
        self.pool = [{"factor": Fraction(p["hundredths"], 100), "weight": p["weight"]} for p in r["pool"]]
        self.bonuses = [{"name": b.get("name", "bonus"), "factor": Fraction(b["hundredths"], 100), "weight": b["weight"]} for b in r["bonuses"]]
        for hit, scale in enumerate(r["scales"], 1):
            require(Fraction(scale) == self.scale(hit), f"the rules' scale of hit {hit} is not that of the formula", Unchecked)

    def begin(self, draws):
        stream = draws.stream("init")
        self.threshold = self.first_threshold + stream.intn(self.last_threshold - self.first_threshold + 1)
        self.breaks_on = next((hit for hit in range(1, self.last_threshold + 1) if stream.intn(100) < self.break_percent), None)

    def scale(self, hit):
        """m of the hit: what makes up for the chance to lose, and takes back the chance of a bonus."""
        cracks = Fraction(1, self.last_threshold + 1 - hit) if hit >= self.first_threshold else Fraction(0)
        bonus = Fraction(sum(b["factor"] * b["weight"] for b in self.bonuses), sum(b["weight"] for b in self.bonuses))
        return 1 / ((1 - Fraction(self.break_percent, 100)) * (1 + cracks * (bonus - 1)))

    def act(self, name, payload, draws):
        require(name == "hit", "the actions are hit and cash-out")
        fields(payload)
        self.steps += 1
        told = {"factor": None, "broke": False, "cracked": False, "bonus": None}
        if self.steps == self.breaks_on:
            self.value, self.takeable, told["broke"] = 0, False, True
            return Step(COMPLETED, {**told, **self.view(over=True)}, why=[f"Hit {self.steps} breaks the hammer: the round is lost."])
        stream, scale = draws.stream(str(self.steps)), self.scale(self.steps)
        drawn = self.pool[stream.weighted([p["weight"] for p in self.pool])]["factor"]
        told["factor"], factor = cut(drawn * scale), drawn * scale
        why = [f"Hit {self.steps} draws the factor {decimal(drawn)}, times the hit's scale {scale}."]
        if self.steps == self.threshold:
            bonus = self.bonuses[stream.weighted([b["weight"] for b in self.bonuses])]
            told["cracked"], told["bonus"] = True, {"name": bonus["name"], "factor": bonus["factor"]}
            factor *= bonus["factor"]
            why.append(f"The safe cracks on this hit: {bonus['name']}, times {decimal(bonus['factor'])}.")
        why.append(self.grow(factor, self.maximum * UNIT))
        self.takeable = True
        if told["cracked"] or self.value >= self.maximum * UNIT:
            return self.paid(CASHED_OUT, {**told, **self.view(over=True)}, why)
        return Step(IN_PROGRESS, {**told, **self.view()}, why=why)

    def view(self, over=False):
        seen = {
            "hitCount": self.steps, "accumulatedMultiplier": shown(self.value), "canCashOut": self.takeable and not over,
            "nextFactors": [] if over else [cut(p["factor"] * self.scale(self.steps + 1)) for p in self.pool],
        }
        if over:
            seen.update(crackThreshold=self.threshold, hammerBreakOnHit=self.breaks_on)
        return seen


class Move(CashOutGame):
    SIDE, CENTRE = 15, 112

    def prepare(self):
        r = self.rules
        require((r["side"], r["cellSize"], r["longestMove"]) == (self.SIDE, 10, 50), "this program knows a field of 15 × 15", Unchecked)
        self.trap_count, self.most_open, self.moves = r["traps"], r["lastCell"], r["maxMoves"]

    def first_value(self):
        return self.rules["values"][0]

    def begin(self, draws):
        cells = [cell for cell in range(self.SIDE**2) if cell != self.CENTRE]
        self.traps = sorted(draws.stream("init").shuffle(cells)[:self.trap_count])
        self.x = self.y = 75
        self.opened = []

    @staticmethod
    def path(at, by):
        """The cells on the way, as [column, row]."""
        crossings = []
        for axis in (0, 1):
            inside = at[axis] % 10
            if by[axis] > 0:
                distances, behind = range(10 - inside, by[axis] + 1, 10), 0
            else:
                distances, behind = range(inside, -by[axis] + 1, 10), 1
            for distance in distances:
                t = Fraction(distance, abs(by[axis])) if by[axis] else None
                if t is not None and (t < 1 or not behind):
                    crossings.append((t, behind, axis))
        cell, cells = [at[0] // 10, at[1] // 10], []
        crossings.sort()
        for i, (t, behind, axis) in enumerate(crossings):
            cell[axis] += -1 if behind else 1
            if i + 1 == len(crossings) or crossings[i + 1][:2] != (t, behind):
                cells.append(list(cell))
        return cells

    def act(self, name, payload, draws):
        require(name == "move", "the actions are move and cash-out")
        dx, dy = fields(payload, dx=Fraction, dy=Fraction)
        dx, dy = whole(dx, "dx", -50, 50, Fraction(1, 10)), whole(dy, "dy", -50, 50, Fraction(1, 10))
        require(dx or dy, "dx and dy are both 0")
        require(0 <= self.x + dx < 150 and 0 <= self.y + dy < 150, "the move leaves the field")
        self.steps += 1
        entered, new, trapped, why = [], 0, False, []
        end = (self.x + dx, self.y + dy)
        for cell in self.path((self.x, self.y), (dx, dy)):
            number = self.SIDE * cell[1] + cell[0]
            entered.append(cell)
            if number == self.CENTRE or number in self.opened:
                continue
            if number in self.traps:
                trapped, end = True, (10 * cell[0] + 5, 10 * cell[1] + 5)
                why.append(f"The cell in column {cell[0]}, row {cell[1]} is a trap: the round is lost.")
                break
            why.append(f"The cell in column {cell[0]}, row {cell[1]} is safe. " + self.grow(self.next_factor()))
            self.opened.append(number)
            require(self.value == self.rules["values"][len(self.opened)], "the rules' table of values is not that of the formula", Unchecked)
            new += 1
            if len(self.opened) == self.most_open:
                end = (10 * cell[0] + 5, 10 * cell[1] + 5)
                break
        self.x, self.y = end
        told = {"entered": entered, "newCells": new, "trapped": trapped}
        if trapped:
            self.value, self.takeable = 0, False
            return Step(COMPLETED, {**told, **self.view(over=True)}, why=why)
        self.takeable = bool(self.opened)
        if len(self.opened) == self.most_open or (self.steps == self.moves and self.opened):
            return self.paid(CASHED_OUT, {**told, **self.view(over=True)}, why)
        if self.steps == self.moves:
            return Step(COMPLETED, {**told, **self.view(over=True)}, win=self.stake, why=["No cell was opened in all moves: the stake is returned."])
        return Step(IN_PROGRESS, {**told, **self.view()}, why=why)

    def next_factor(self):
        unopened = self.SIDE**2 - 1 - len(self.opened)
        return Fraction(unopened, unopened - self.trap_count)

    def view(self, over=False):
        seen = {
            "x": Fraction(self.x, 10), "y": Fraction(self.y, 10), "opened": [[cell % self.SIDE, cell // self.SIDE] for cell in self.opened],
            "movesLeft": self.moves - self.steps, "multiplier": shown(self.value), "canCashOut": self.takeable and not over,
        }
        if over:
            seen["traps"] = [[cell % self.SIDE, cell // self.SIDE] for cell in self.traps]
        else:
            next_value = self.value * self.next_factor()
            seen["nextMultiplier"] = shown(next_value.numerator // next_value.denominator)
        return seen


GAMES = {"blackjack": Blackjack, "dice": Dice, "guess": Guess, "launch": Launch, "move": Move, "smash": Smash}


def game_of(game_id, rules):
    """The rules' program. What is not one of the games above is a slot machine, if its rules are those of one."""
    if game_id in GAMES:
        return GAMES[game_id]
    require("paylines" in rules and "strips" in rules, f"this program does not know the game {game_id}", Unchecked)
    return Slots


# ------------------------------------------------------------------------------------------- receipts, as docs/protocol.md has them

def as_hashed(value):
    """JSON as it goes into a record's hash: no white space, numbers as they were written, strings with no more escapes than needed."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{as_hashed(name)}:{as_hashed(of)}" for name, of in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_hashed, value)) + "]"
    return value.text if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def hashed_time(text):
    """A time in UTC, to the microsecond, without trailing zeros."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", text) if isinstance(text, str) else None
    require(found, "a time in the record is not as the server writes them", Unchecked)
    rest = (found[2] or "")[:6].rstrip("0")
    return found[1] + ("." + rest if rest else "") + "Z"


def sha256_of_lines(head, **lines):
    """The SHA-256 of lines of a name and a value each. No value may hold a line's end: no two records have one text."""
    require(all(isinstance(value, str) and "\n" not in value for value in lines.values()), "a member of the record is of the wrong type", Unchecked)
    return hashlib.sha256("".join(f"{line}\n" for line in (head, *(f"{name} {value}" for name, value in lines.items()))).encode()).digest()


def record_hash(record, last):
    """The hash of the record up to a step."""
    actions = record["actions"]
    names = ("roundId", "gameId", "variant", "rulesHash", "currency", "serverSeedHash", "clientSeed")
    forced = "false" if record.get("forced") is None else "true"
    h = sha256_of_lines("croupier round 1", **{name: record.get(name) for name in names}, nonce=as_hashed(record.get("nonce")), forced=forced)
    for i, action in enumerate(actions[:last + 1]):
        numbers = {name: as_hashed(action.get(name)) for name in ("stake", "payout", "balance")}
        h = sha256_of_lines("croupier step 1", before=base64.b64encode(h).decode(), step=as_hashed(action.get("step")), type=action.get("type"),
                            requestId=action.get("requestId"), payload=as_hashed(action.get("payload")), outcome=as_hashed(action.get("outcome")),
                            **numbers, status=record.get("status") if i == len(actions) - 1 else IN_PROGRESS, at=hashed_time(action.get("at")))
    return h


def group_root(leaf, index, size, path):
    """The root of a group's Merkle tree, by RFC 9162, 2.1.3.2."""
    require(1 <= size <= 2**20 and 0 <= index < size, f"there is no place {index} in a group of {size}", Unchecked)
    node, last = hashlib.sha256(b"\0" + leaf).digest(), size - 1
    for sibling in path:
        require(last > 0, "its path is too long", Unchecked)
        if index % 2 or index == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while index % 2 == 0 and index:  # the last of an odd row goes up alone, until it is a right one
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    require(last == 0, "its path is too short", Unchecked)
    return node


# Ed25519 as in RFC 8032, 5.1 and 6. It takes no care to be fast or silent about what it computes: all of it is public.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add_points(p, q):
    """Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times_point(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add_points(q, p)
        p, n = add_points(p, p), n >> 1
    return q


def read_point(text):
    """The point that 32 bytes say, or None."""
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & 2**255 - 1
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = read_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def ed25519_signed(public, message, signature):
    """Whether the owner of a public key has signed a message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r, s = read_point(public), read_point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times_point(s, BASE), add_points(r, times_point(h, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def read_base64(text, length, what):
    try:
        found = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        found = b""
    require(len(found) == length, f"its {what} is not {length} bytes in base64", Unchecked)
    return found


def read_public_key(text):
    """A key as the server's set has it, in base64url, and what receipts call it."""
    key = read_base64(text.translate(str.maketrans("-_", "+/")).rstrip("=") + "=" if isinstance(text, str) else None, 32, "public key")
    return hashlib.sha256(key).hexdigest()[:16], key


class Receipts:
    """The receipts of a round, held against its record."""

    def __init__(self, record, known):
        self.record, self.known, self.checks, self.told = record, known, [], []

    def run(self):
        own = self.record.get("receipt")
        for receipt in self.known.receipts_of(self.record) + ([] if own is None else [own]):
            step = receipt.get("step") if isinstance(receipt, dict) else None
            name = f"receipt of step {decimal(step)}" if isinstance(step, Fraction) else "receipt"
            try:
                self.one(receipt, name)
            except Unchecked as why:
                self.checks.append({"name": name, "ok": False, "computed": "a receipt of this record", "recorded": str(why)})
        if self.told:
            self.sums()

    def check(self, name, computed, recorded):
        self.checks.append({"name": name, "ok": computed == recorded, "computed": computed, "recorded": recorded})
        return computed == recorded

    def one(self, receipt, name):
        require(isinstance(receipt, dict), "it is no receipt", Unchecked)
        step, index, size = (receipt.get(member) for member in ("step", "index", "size"))
        require(all(isinstance(n, Fraction) and n.denominator == 1 and n >= 0 for n in (step, index, size)), "it is no receipt", Unchecked)
        require(isinstance(receipt.get("path"), list) and isinstance(receipt.get("keyId"), str), "it is no receipt", Unchecked)
        actions = self.record.get("actions")
        require(isinstance(actions, list) and all(isinstance(action, dict) for action in actions), "the record's actions are none", Unchecked)
        require(step < len(actions), "the record has no such step", Unchecked)
        signed_hash = read_base64(receipt.get("recordHash"), 32, "recordHash")
        computed = base64.b64encode(record_hash(self.record, step.numerator)).decode()
        fits = self.check(f"{name}: hash of the record", computed, base64.b64encode(signed_hash).decode())
        self.check(f"{name}: time", hashed_time(actions[step.numerator].get("at")), hashed_time(receipt.get("at")))
        root = group_root(signed_hash, index.numerator, size.numerator, [read_base64(h, 32, "path") for h in receipt["path"]])
        text = f"croupier group 1\nsize {size.numerator}\nroot {base64.b64encode(root).decode()}\n".encode()
        self.told.append({"step": step.numerator, "at": receipt["at"], "keyId": receipt["keyId"], "index": index.numerator, "size": size.numerator,
                          "fits": fits, "signed": self.signed(receipt, name, text) if self.known.keys else None})

    def signed(self, receipt, name, text):
        key = self.known.keys.get(receipt["keyId"])
        given = "one that was given: " + ", ".join(self.known.keys)
        if not self.check(f"{name}: key", receipt["keyId"] if key else given, receipt["keyId"]):
            return False
        good = ed25519_signed(key, text, read_base64(receipt.get("signature"), 64, "signature"))
        return self.check(f"{name}: signature", "by that key" if good else "not by that key", "by that key")

    def sums(self):
        """The sums of a record are not hashed: they must be those of its actions, which are."""
        for name in ("stake", "payout"):
            amounts = [action.get(name) for action in self.record["actions"]]
            require(all(isinstance(amount, Fraction) for amount in amounts), "an amount in the record is no number", Unchecked)
            if not same(sum(amounts), self.record.get(name)):
                self.checks.append({"name": f"{name}, as the sum of the actions'", "ok": False, "computed": sum(amounts),
                                    "recorded": self.record.get(name)})


# ------------------------------------------------------------------------------------------------------------------ the checks

class Known:
    """What is known beside the records: rules by their hash, and revealed seeds by theirs."""

    def __init__(self):
        self.rules, self.pairs, self.read = {}, {}, {}
        self.keys, self.receipts, self.loose = {}, {}, []  # public keys by their id; receipts by the round's id; those that say no id
        for line in RULES.splitlines():
            if line.startswith("{"):
                self.add_rules(line)

    def add_rules(self, text):
        self.rules[hashlib.sha256(text.encode()).hexdigest()] = text

    def rules_of(self, text):
        """The SHA-256 of rules, and what they say; kept, because a file of rounds has few rules."""
        if text not in self.read:
            self.read[text] = hashlib.sha256(text.encode()).hexdigest(), integers(read_json(text))
        return self.read[text]

    def add_key(self, text):
        name, key = read_public_key(text)
        self.keys[name] = key

    def receipts_of(self, record):
        return self.receipts.get(record.get("roundId"), []) + self.loose

    def add_pair(self, pair):
        if is_server_seed(pair.get("serverSeed")):
            self.pairs[commitment(pair["serverSeed"])] = pair


class Verification:
    def __init__(self, record, known):
        self.record, self.known = record, known
        self.checks, self.steps, self.notes, self.seed = [], [], [], None

    def check(self, name, computed, recorded):
        ok = same(computed, recorded)
        self.checks.append({"name": name, "ok": ok, "computed": computed, "recorded": recorded})
        return ok

    def fail(self, name, computed, recorded):
        self.checks.append({"name": name, "ok": False, "computed": computed, "recorded": recorded})

    def member(self, name, kind, of=None):
        of = self.record if of is None else of
        require(isinstance(of, dict) and name in of and isinstance(of[name], kind) and not (kind is Fraction and isinstance(of[name], bool)),
                f"this is no round's record: its {name} is missing or of the wrong type", Unchecked)
        return of[name]

    def run(self):
        record = self.record
        self.member("roundId", str)
        self.money = Money(self.member("currency", str))
        seed, client_seed, nonce = self.seeds()
        text = self.known.rules.get(self.member("rulesHash", str))
        require(text is not None, f"the rules {record['rulesHash'][:16]}… of {record['gameId']} are not at hand: give GET /api/v1/games/{record['gameId']}/config "
                "of the server that played the round, too", Unchecked)
        computed, rules = self.known.rules_of(text)
        fits = self.check("rulesHash", computed, record["rulesHash"])
        fits = self.check("game", rules["game"], self.member("gameId", str)) and fits
        fits = self.check("variant", rules["variant"], self.member("variant", str)) and fits
        if fits:
            self.replay(game_of(rules["game"], rules["rules"])(rules["rules"], self.money), seed, client_seed, nonce)

    def seeds(self):
        record = self.record
        promised, client_seed, nonce = self.member("serverSeedHash", str), self.member("clientSeed", str), self.member("nonce", Fraction)
        pair = self.known.pairs.get(promised, {})
        seed = record.get("serverSeed") or pair.get("serverSeed")
        require(seed, "the server seed is not revealed yet: rotate the seed, then ask for the round again", Unchecked)
        require(is_server_seed(seed), "the server seed is not 64 lowercase hex characters", Unchecked)
        require(is_client_seed(client_seed), "the client seed is not 1 to 64 printable characters without : and #", Unchecked)
        require(nonce.denominator == 1 and 0 <= nonce < 2**63, "the nonce is no whole number from 0", Unchecked)
        self.seed = seed
        self.check("commitment", commitment(seed), promised)
        if "clientSeed" in pair:
            self.check("clientSeed of the pair", pair["clientSeed"], client_seed)
        if "server" in (record.get("clientSeedBy"), pair.get("clientSeedBy")):
            self.notes.append("The client seed was made by the server, because the player's client sent none. To rule out that the server chose it, choose your own.")
        return seed, client_seed, nonce.numerator

    def script(self):
        forced = self.record.get("forced")
        if forced is None:
            return None
        require(isinstance(forced, dict) and all(isinstance(words, list) and all(
            isinstance(w, Fraction) and w.denominator == 1 and 0 <= w < 2**32 for w in words) for words in forced.values()),
            "forced is no script of numbers by label", Unchecked)
        self.notes.append("FORCED: the sandbox was told what to draw. The rules were applied as ever, but nothing here was left to chance.")
        return {label: [w.numerator for w in words] for label, words in forced.items()}

    def replay(self, game, seed, client_seed, nonce):
        actions = self.member("actions", list)
        status, staked, paid, script = "not opened", 0, 0, self.script()
        for i, action in enumerate(actions):
            name = f"action {i}"
            self.check(f"{name} step", i, self.member("step", Fraction, action))
            if i > 0 and status != IN_PROGRESS:
                self.fail(name, "none: the round is over", action.get("type"))
                break
            draws = Draws(seed, client_seed, nonce, script)
            try:
                step = self.play(game, i, action, draws, staked)
            except Refused as why:
                self.fail(name, f"refused: {why}", "played")
                return
            payout = round_fair(step.win, draws) + step.side
            why = step.why
            if step.win.denominator != 1:
                draw = draws.made[-1]
                why.append(f"The payout of {decimal(step.win / 10**self.money.scale)} is not whole: {draw['value']} of {draw['n']} drawn, "
                           f"below {step.win.numerator % step.win.denominator} rounds up: {self.money.text(payout)}.")
            self.steps.append({"step": i, "type": action["type"], "payload": action["payload"], "draws": draws.made, "why": why})
            self.check(f"{name} outcome", step.outcome, action.get("outcome"))
            self.check(f"{name} stake", self.money.number(step.stake), action.get("stake"))
            self.check(f"{name} payout", self.money.number(payout), action.get("payout"))
            status, staked, paid = step.status, staked + step.stake, paid + payout
        if status == IN_PROGRESS or not actions:
            self.fail("status", "a round that is over, because its server seed is revealed", self.record.get("status"))
        else:
            self.check("status", status, self.record.get("status"))
        self.check("stake", self.money.number(staked), self.record.get("stake"))
        self.check("payout", self.money.number(paid), self.record.get("payout"))
        self.staked, self.paid, self.status = staked, paid, status

    def play(self, game, i, action, draws, staked):
        kind, payload = self.member("type", str, action), self.member("payload", dict, action)
        if kind == "action":
            name = payload.get("action")
            require(isinstance(name, str), "the payload names no action")
            return game.open(name, payload, draws) if i == 0 else game.act(name, payload, draws)
        if kind == "void":
            return self.void(i, payload, staked)
        require(kind in ("cashout", "expiry"), f"{kind[:20]!r} is no type of action")
        require(i > 0, "a round opens with an action")
        require(payload == {}, "its payload must be empty")
        return game.cash_out() if kind == "cashout" else game.expire()


    def void(self, i, payload, staked):
        """The operator ended the round: by no rule of the game, so all that was staked is returned."""
        require(i > 0, "a round opens with an action")
        require(payload.keys() == {"reason", "by"}, "its payload must be a reason and by whom")
        for name, most in (("reason", 200), ("by", 100)):
            require(isinstance(payload[name], str) and 1 <= len(payload[name]) <= most, f"its {name} must have 1 to {most} characters")
        self.notes.append("VOIDED: the operator ended this round and returned the stake. What was drawn before that is checked; the reason is the operator's word.")
        return Step(VOIDED, {}, win=staked, why=[f"All that was staked is returned: {self.money.text(staked)}."])


def integers(value):
    """Rules hold whole numbers only."""
    if isinstance(value, dict):
        return {k: integers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [integers(v) for v in value]
    if isinstance(value, Fraction):
        require(value.denominator == 1, "the rules hold a number that is not whole", Unchecked)
        return value.numerator
    return value


def verify(record, known):
    """The report of one round: what was checked, every draw, and why it came so."""
    v = Verification(record, known)
    verdict, problem = "verified", None
    try:
        v.run()
        if not all(check["ok"] for check in v.checks):
            verdict = "failed"
    except Unchecked as why:
        verdict, problem = "failed" if any(not check["ok"] for check in v.checks) else "unchecked", str(why)
    except (ArithmeticError, LookupError, TypeError, ValueError, StopIteration) as why:  # rules that are none of a game known here
        verdict, problem = "failed" if any(not check["ok"] for check in v.checks) else "unchecked", f"it cannot be computed by these rules ({why!r})"
    receipts = Receipts(record, known)
    try:
        receipts.run()
    except (ArithmeticError, LookupError, TypeError, ValueError) as why:
        receipts.checks.append({"name": "receipt", "ok": False, "computed": "a receipt of this record", "recorded": repr(why)})
    if not all(check["ok"] for check in receipts.checks):
        verdict = "failed"
    return {"roundId": record.get("roundId"), "gameId": record.get("gameId"), "variant": record.get("variant"), "verdict": verdict,
            "problem": problem, "serverSeed": v.seed, "forced": record.get("forced") is not None, "notes": v.notes,
            "checks": v.checks + receipts.checks, "receipts": receipts.told, "steps": v.steps}


# -------------------------------------------------------------------------------------------------------- what the files hold

def sort_out(value, known, records):
    """Find rounds, revealed seeds, rules, receipts and their keys in what a server said."""
    if isinstance(value, list):
        for one in value:
            sort_out(one, known, records)
        return
    require(isinstance(value, dict), "neither a round nor anything that belongs to one", Unchecked)
    if "roundId" in value and "actions" in value:
        records.append(value)
    elif "rulesText" in value:
        known.add_rules(value["rulesText"])
    elif "serverSeed" in value:
        known.add_pair(value)
    elif isinstance(value.get("keys"), list):
        for key in value["keys"]:
            known.add_key(key.get("x") if isinstance(key, dict) else None)
    elif isinstance(value.get("receipt"), dict) and isinstance(value.get("payload"), dict):
        known.receipts.setdefault(value["payload"].get("roundId"), []).append(value["receipt"])
    elif "recordHash" in value and "signature" in value:
        known.loose.append(value)
    else:
        inner = [value[name] for name in ("data", "rounds", "payload", "revealed", "seeds", "pairs") if isinstance(value.get(name), (dict, list))]
        require(inner, "neither a round nor anything that belongs to one", Unchecked)
        for one in inner:
            sort_out(one, known, records)


def read_file(name):
    """The values in a file: one, or one a line."""
    if name == "-":
        text = sys.stdin.read()
    else:
        with open(name, encoding="utf-8-sig") as file:
            text = file.read()
    try:
        return [read_json(text)]
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise Unchecked(f"it is no JSON: {error}") from None
    values = []
    for number, line in enumerate(lines, 1):
        try:
            values.append(read_json(line))
        except json.JSONDecodeError as error:
            raise Unchecked(f"line {number} is no JSON: {error}") from None
    return values


def check_nonces(reports, records):
    """Two different rounds of one seed pair cannot have the same nonce."""
    seen = {}
    for report, record in zip(reports, records):
        key = (record.get("serverSeedHash"), record.get("clientSeed"), record.get("nonce"))
        other = seen.setdefault(key, report["roundId"])
        if report["verdict"] == "verified" and other != report["roundId"]:
            report["verdict"] = "failed"
            report["checks"].append({"name": "nonce", "ok": False, "computed": "a nonce of its own", "recorded": f"that of round {other}, too"})


# ------------------------------------------------------------------------------------------------------------------ what is told

def table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def draw_row(draw):
    *refused, word = draw["words"]
    limit = 2**32 // draw["n"] * draw["n"]
    sum_ = "".join(f"{r} is not below {limit}: again; " for r in refused) + f"{word} mod {draw['n']}"
    return [draw["label"] or "(none)", " ".join(f"{w:08x}" for w in draw["words"]), sum_, f"= {draw['value']}"]


def clip(value):
    """A value as it is shown: not too long, and nothing in it that a terminal obeys."""
    text = value if isinstance(value, str) else write_json(value)
    return "".join(c if c.isprintable() else "?" for c in text[:600]) + "…" * (len(text) > 600)


def differences(name, computed, recorded):
    """Where two values differ: the names of the members on the way, and both values there."""
    if isinstance(computed, dict) and isinstance(recorded, dict):
        return [d for member in {**computed, **recorded} for d in differences(f"{name}, {member}", computed.get(member), recorded.get(member))]
    return [] if same(computed, recorded) else [(name, computed, recorded)]


def tell(report, record, all_draws):
    title = clip(f"round {report['roundId']}: {report['gameId']} {report['variant']}")
    print(f"{title}\n{'=' * len(title)}")
    if report["serverSeed"]:
        print(f"server seed  {report['serverSeed']}\nits SHA-256  {commitment(report['serverSeed'])}")
    print(f"promised     {clip(record.get('serverSeedHash'))}\nclient seed  {clip(record.get('clientSeed'))}\nnonce        {clip(record.get('nonce'))}")
    for note in report["notes"]:
        print(f"\nNOTE: {note}")
    for step in report["steps"]:
        print(f"\nstep {step['step']}: {step['type']} {clip(step['payload']) if step['payload'] else ''}".rstrip())
        if step["draws"]:
            rows = [["label", "bytes", "calculation", "value"]] + [draw_row(draw) for draw in step["draws"]]
            print(table(rows if all_draws or len(rows) < 26 else rows[:21]))
            if len(rows) >= 26 and not all_draws:
                print(f"    … and {len(rows) - 21} more: --all-draws shows them")
        for line in step["why"]:
            print(f"  {line}")
    print()
    for receipt in report["receipts"]:
        tell_receipt(receipt)
    for check in report["checks"]:
        if not check["ok"]:
            for name, computed, recorded in differences(check["name"], check["computed"], check["recorded"]):
                print(f"DIFFERS  {name}\n    computed  {clip(computed)}\n    recorded  {clip(recorded)}")
    right = sum(check["ok"] for check in report["checks"])
    print({"verified": f"VERIFIED: all {right} checks hold", "failed": f"FAILED: {len(report['checks']) - right} of {len(report['checks'])} checks differ",
           "unchecked": "NOT CHECKED"}[report["verdict"]] + (f": {clip(report['problem'])}" if report["problem"] else ""))
    if report["verdict"] == "verified" and report["forced"]:
        print("         but the outcome was forced: it was not left to chance")
    print()


def tell_receipt(receipt):
    found = {
        (True, True): "the server has signed the record as it stands, up to that step",
        (True, None): "it is of this record. WHO SIGNED IT WAS NOT CHECKED: give the server's /.well-known/receipt-keys.json, too",
        (False, True): "THE SERVER HAS SIGNED ANOTHER RECORD than this one: what it says now is not what it said then",
        (False, None): "it is of another record than this one. Who signed it was not checked: give the server's /.well-known/receipt-keys.json, too",
    }.get((receipt["fits"], receipt["signed"]), "it proves nothing: it was not signed by a key that was given")
    print(f"receipt      of step {receipt['step']}, {receipt['at']}: {found} (key {clip(receipt['keyId'])}, "
          f"record {receipt['index'] + 1} of a group of {receipt['size']})")


def main():
    parser = argparse.ArgumentParser(description="Recompute rounds of croupier from their records and the revealed seeds.",
                                     epilog="Exit status: 0 all holds, 1 something differs, 2 something could not be checked.")
    parser.add_argument("files", nargs="+", metavar="FILE", help="JSON or JSONL of rounds, revealed seeds, rules, receipts or their keys; - is the standard input")
    parser.add_argument("--server-seed", metavar="HEX", help="a revealed server seed, for rounds that were saved before the reveal")
    parser.add_argument("--receipt-key", metavar="KEY", action="append", default=[],
                        help="a public key of receipts, the x of its entry in /.well-known/receipt-keys.json, best noted before; may be repeated")
    parser.add_argument("--json", action="store_true", help="one report a line, for programs")
    parser.add_argument("--quiet", action="store_true", help="tell only of rounds that do not hold, and the sum")
    parser.add_argument("--all-draws", action="store_true", help="show all draws of a step, not only the first 20")
    arguments = parser.parse_args()
    known, records = Known(), []
    if arguments.server_seed:
        if not is_server_seed(arguments.server_seed):
            parser.error("--server-seed must be 64 lowercase hex characters")
        known.add_pair({"serverSeed": arguments.server_seed})
    for key in arguments.receipt_key:
        try:
            known.add_key(key)
        except Unchecked:
            parser.error("--receipt-key must be 32 bytes in base64url, 43 characters")
    for name in arguments.files:
        try:
            for value in read_file(name):
                sort_out(value, known, records)
        except (OSError, UnicodeDecodeError, Unchecked) as why:
            parser.exit(2, f"verify.py: {name}: {clip(str(why))}\n")
    if not records:
        parser.exit(2, "verify.py: no round in what was given\n")
    strangers = set(known.receipts) - {record.get("roundId") for record in records}
    if strangers or known.loose and len(records) > 1:
        which = ", ".join(clip(str(one)) for one in strangers) or "a receipt that says no round, among several"
        parser.exit(2, f"verify.py: a receipt proves a record, which was not given: {which}\n")
    reports = [verify(record, known) for record in records]
    check_nonces(reports, records)
    for report, record in zip(reports, records):
        if arguments.json:
            print(write_json(report))
        elif not arguments.quiet or report["verdict"] != "verified":
            tell(report, record, arguments.all_draws)
    verdicts = [report["verdict"] for report in reports]
    if not arguments.json and len(reports) > 1:
        forced = sum(report["forced"] for report in reports)
        print(f"{len(reports)} rounds: {verdicts.count('verified')} verified{f' ({forced} of all forced)' if forced else ''}, "
              f"{verdicts.count('failed')} failed, {verdicts.count('unchecked')} not checked")
    sys.exit(1 if "failed" in verdicts else 2 if "unchecked" in verdicts else 0)


if __name__ == "__main__":
    try:
        main()
    except RecursionError:
        print("verify.py: what was given is nested too deep to be a record", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # the reader has seen enough
        sys.exit(2)
