// How many decimals the minor unit of every currency has that the server knows: wallet/money has the same table. It is here, and not
// taken from a record or from a server, because payouts are rounded to it: who could choose it could choose what is owed. Pure: no
// network, no document.
const BY_SCALE = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
  2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE " +
    "CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR " +
    "KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB " +
    "PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY " +
    "TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
  3: "BHD IQD JOD KWD LYD OMR TND",
  6: "ADA TRX USDC USDT XRP",
  8: "BCH BTC DOGE LTC",
  9: "SOL TON",
  18: "BNB DAI ETH",
};

const SCALES = new Map(Object.entries(BY_SCALE).flatMap(([scale, codes]) => codes.split(" ").map((code) => [code, Number(scale)])));

/** The codes of all currencies that are known here. */
export const CURRENCIES = [...SCALES.keys()];

/** The number of decimals of a currency's minor unit, by its code: 2 for USD. undefined if the currency is not known. */
export function scaleOf(code) {
  return SCALES.get(code);
}
