// The byte streams and draws of docs/fairness.md, by WebCrypto. Integers only. Pure: no network, no document.

const WORD_VALUES = 2 ** 32;
const encoder = new TextEncoder();

export function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hex SHA-256 of a text's UTF-8 bytes. Of a server seed it is the commitment: the seed is those 64 characters, not 32 bytes. */
export async function sha256(text) {
  return hex(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

/** Whether a text is a client seed: 1 to 64 printable ASCII characters without ':' and '#'. */
export function isClientSeed(text) {
  return /^[ -~]{1,64}$/.test(text) && !/[:#]/.test(text);
}

/** Whether a text is a server seed. */
export function isServerSeed(text) {
  return /^[0-9a-f]{64}$/.test(text);
}

/** The draws of one round: a stream for each label. script, if there is one, is a forced outcome's {label: [uint32, …]}. */
export class Draws {
  static async of(serverSeed, clientSeed, nonce, script = {}) {
    const algorithm = { name: "HMAC", hash: "SHA-512" };
    const key = await crypto.subtle.importKey("raw", encoder.encode(serverSeed), algorithm, false, ["sign"]);
    return new Draws(key, `${clientSeed}:${nonce}`, script);
  }

  constructor(key, message, script) {
    this.key = key;
    this.message = message;
    this.script = script;
    this.streams = [];
  }

  /** The stream of a label, from its beginning. */
  stream(label) {
    const message = label === "" ? this.message : `${this.message}:${label}`;
    const stream = new Stream(this.key, message, label, this.script[label] ?? []);
    this.streams.push(stream);
    return stream;
  }

  /** Returns the list that all streams from now on are put into. */
  anew() {
    this.streams = [];
    return this.streams;
  }
}

/** The unending sequence of draws under one label. What it drew stays in draws, for people to see. */
export class Stream {
  constructor(key, message, label, script) {
    this.key = key;
    this.message = message;
    this.label = label;
    this.draws = []; // {label, n, words: [{value, hex, forced}], value, what}
    this.forced = [...script];
    this.block = new DataView(new ArrayBuffer(0));
    this.at = 0;
    this.next = 0; // number of the block to make next
  }

  /** block(i) is HMAC-SHA-512 of the message, with "#" and i after it for i above 0. */
  async bytes(i) {
    const message = i === 0 ? this.message : `${this.message}#${i}`;
    return crypto.subtle.sign("HMAC", this.key, encoder.encode(message));
  }

  async word() {
    if (this.forced.length > 0) {
      const value = this.forced.shift();
      return { value, hex: value.toString(16).padStart(8, "0"), forced: true };
    }
    if (this.at === this.block.byteLength) {
      this.block = new DataView(await this.bytes(this.next++));
      this.at = 0;
    }
    const value = this.block.getUint32(this.at);
    this.at += 4;
    return { value, hex: value.toString(16).padStart(8, "0"), forced: false };
  }

  /** A number from 0 to n-1, each equally likely. Words from floor(2^32 / n) · n on are refused, so there is no modulo bias. what says
   * to people what the draw decides. */
  async intn(n, what = "") {
    if (!Number.isSafeInteger(n) || n < 1 || n > WORD_VALUES) throw new RangeError(`intn(${n})`);
    const limit = Math.floor(WORD_VALUES / n) * n;
    const words = [];
    for (;;) {
      const word = await this.word();
      words.push(word);
      if (word.value < limit) {
        const value = word.value % n;
        this.draws.push({ label: this.label, n, words, value, what });
        return value;
      }
    }
  }

  /** The first index whose cumulative weight is above a number drawn below the sum of the weights. */
  async weighted(weights, what = "") {
    let r = await this.intn(weights.reduce((sum, weight) => sum + weight, 0), what);
    return weights.findIndex((weight) => (r -= weight) < 0);
  }

  /** Shuffles an array in place, from its end. */
  async shuffle(array, what = "") {
    for (let i = array.length - 1; i > 0; i--) {
      const j = await this.intn(i + 1, what);
      [array[i], array[j]] = [array[j], array[i]];
    }
    return array;
  }
}
