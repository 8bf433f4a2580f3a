// JSON and decimals without floating point. JSON.parse turns 0.1 into the nearest binary fraction; here a number keeps the text
// that it was written in, and money is a BigInt with a scale. Pure: no network, no document.

/** A JSON number as it was written. It has no arithmetic on purpose: use int() or Decimal. */
export class Numeral {
  constructor(text) {
    this.text = text;
    Object.freeze(this);
  }

  toString() {
    return this.text;
  }
}

/** The whole number of a Numeral, as a safe integer. Throws for anything else. */
export function int(numeral) {
  const value = Number(numeral);
  if (!(numeral instanceof Numeral) || !/^-?\d+$/.test(numeral.text) || !Number.isSafeInteger(value)) {
    throw new TypeError(`not a whole number: ${numeral}`);
  }
  return value;
}

/** Reads JSON text. Objects have no prototype, numbers are Numerals; a repeated member is an error, as it could mean two things. */
export function parse(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (reader.at < text.length) reader.fail("something follows the value");
  return value;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;
const WORDS = [["true", true], ["false", false], ["null", null]];
const DEEPEST = 64;

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(why) {
    throw new SyntaxError(`JSON, character ${this.at}: ${why}`);
  }

  space() {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at++;
  }

  take(token) {
    this.space();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  expect(token) {
    if (!this.take(token)) this.fail(`expected ${token}`);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  value(depth) {
    if (depth > DEEPEST) this.fail("nested too deeply");
    if (this.take("{")) return this.object(depth);
    if (this.take("[")) return this.array(depth);
    if (this.text[this.at] === '"') return this.string();
    for (const [word, value] of WORDS) if (this.take(word)) return value;
    const number = this.match(NUMBER);
    if (number === undefined) this.fail("no value");
    return new Numeral(number);
  }

  object(depth) {
    const object = Object.create(null);
    if (this.take("}")) return object;
    do {
      this.space();
      const name = this.string();
      if (name in object) this.fail(`${name} is there twice`);
      this.expect(":");
      object[name] = this.value(depth + 1);
    } while (this.take(","));
    this.expect("}");
    return object;
  }

  array(depth) {
    const array = [];
    if (this.take("]")) return array;
    do array.push(this.value(depth + 1)); while (this.take(","));
    this.expect("]");
    return array;
  }

  string() {
    const literal = this.match(STRING);
    if (literal === undefined) this.fail("expected a string");
    return JSON.parse(literal);
  }
}

/** An exact decimal: units × 10^-scale. */
export class Decimal {
  constructor(units, scale) {
    this.units = units;
    this.scale = scale;
    Object.freeze(this);
  }

  /** Reads plain decimal notation: "84.00", "-1". Throws for exponents and everything else. */
  static from(text) {
    const found = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?$/.exec(String(text));
    if (!found) throw new TypeError(`not a plain decimal: ${text}`);
    const [, sign, whole, fraction = ""] = found;
    return new Decimal(BigInt(sign + whole + fraction), fraction.length);
  }

  static zero = new Decimal(0n, 0);

  /** The same value with at least so many decimals. */
  scaled(scale) {
    return scale <= this.scale ? this : new Decimal(this.units * 10n ** BigInt(scale - this.scale), scale);
  }

  plus(other) {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.scaled(scale).units + other.scaled(scale).units, scale);
  }

  minus(other) {
    return this.plus(other.times(-1));
  }

  /** This times a whole number. */
  times(whole) {
    return new Decimal(this.units * BigInt(whole), this.scale);
  }

  /** Below 0, 0 or above 0, as this is less than, equal to or more than the other. */
  compare(other) {
    const difference = this.minus(other).units;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  equals(other) {
    return this.compare(other) === 0;
  }

  toString() {
    const digits = String(this.units < 0n ? -this.units : this.units).padStart(this.scale + 1, "0");
    const sign = this.units < 0n ? "-" : "";
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }
}
