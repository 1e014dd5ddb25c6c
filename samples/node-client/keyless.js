// The client's side of one keyless query (design: parameters 2 and 4), from the public documents alone: BFV on the ring
// Z[x]/(x^N + 1) with t = 2^tb, a fresh ternary secret key for every query, public halves sent as seeds.
'use strict';
const crypto = require('crypto');

const MASK = (1n << 64n) - 1n;
const IV = [
  0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n];
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0]];

const rotate = (x, n) => ((x >> n) | (x << (64n - n))) & MASK;

function compress(h, block, count, last) {
  const m = Array.from({ length: 16 }, (_, i) => block.readBigUInt64LE(8 * i));
  const v = [...h, ...IV];
  v[12] ^= BigInt(count);
  if (last) v[14] ^= MASK;
  const mix = (a, b, c, d, x, y) => {
    v[a] = (v[a] + v[b] + x) & MASK; v[d] = rotate(v[d] ^ v[a], 32n);
    v[c] = (v[c] + v[d]) & MASK; v[b] = rotate(v[b] ^ v[c], 24n);
    v[a] = (v[a] + v[b] + y) & MASK; v[d] = rotate(v[d] ^ v[a], 16n);
    v[c] = (v[c] + v[d]) & MASK; v[b] = rotate(v[b] ^ v[c], 63n);
  };
  for (let round = 0; round < 12; round++) {
    const s = SIGMA[round % 10];
    mix(0, 4, 8, 12, m[s[0]], m[s[1]]); mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(2, 6, 10, 14, m[s[4]], m[s[5]]); mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(0, 5, 10, 15, m[s[8]], m[s[9]]); mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(2, 7, 8, 13, m[s[12]], m[s[13]]); mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  return h.map((word, i) => word ^ v[i] ^ v[i + 8]);
}

const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc(128 - bytes.length)]);

// BLAKE2Xb with a 64-byte key: the keyed root, then one unkeyed node for each 64 bytes of output.
function blake2xb(key, message, length) {
  let h = [...IV];
  h[0] ^= 64n | (64n << 8n) | (1n << 16n) | (1n << 24n);
  h[1] ^= BigInt(length) << 32n;
  h = compress(h, padded(key), 128, false);
  h = compress(h, padded(message), 128 + message.length, true);
  const root = Buffer.alloc(128);
  h.forEach((word, i) => root.writeBigUInt64LE(word, 8 * i));
  const output = Buffer.alloc(length);
  for (let node = 0; 64 * node < length; node++) {
    let n = [...IV];
    n[0] ^= 64n | (64n << 32n);
    n[1] ^= BigInt(node) + (BigInt(length) << 32n);
    n[2] ^= 64n << 8n;
    n = compress(n, root, 64, true);
    n.forEach((word, i) => output.writeBigUInt64LE(word, 64 * node + 8 * i));
  }
  return output;
}

// The stream of a seed: blocks of 4096 bytes by number.
class Stream {
  constructor(seed) { this.seed = seed; this.number = 0n; this.left = Buffer.alloc(0); }
  take(count) {
    const parts = [];
    while (count > 0) {
      if (this.left.length === 0) {
        const message = Buffer.alloc(8);
        message.writeBigUInt64LE(this.number++);
        this.left = blake2xb(this.seed, message, 4096);
      }
      const part = this.left.subarray(0, count);
      parts.push(part);
      this.left = this.left.subarray(part.length);
      count -= part.length;
    }
    return Buffer.concat(parts);
  }
}

const SETS = {
  1: { id: 1, degree: 4096, primes: [1125899906629633n, 1125899906826241n] },
  2: { id: 2, degree: 4096, primes: [68719230977n, 68719403009n, 137438822401n] },
  3: { id: 3, degree: 8192, primes: [1125899905744897n, 1125899906629633n, 1125899906826241n] },
};

// Uniform residues of a public seed, limb after limb: words in the incomplete last multiple of the prime are drawn again.
function uniform(set, seed) {
  const stream = new Stream(seed);
  const words = stream.take(8 * set.degree * set.primes.length);
  return set.primes.map((prime, limb) => {
    const limit = ((1n << 64n) / prime) * prime;
    return Array.from({ length: set.degree }, (_, i) => {
      let word = words.readBigUInt64LE(8 * (limb * set.degree + i));
      while (word >= limit) word = stream.take(8).readBigUInt64LE();
      return Number(word % prime);
    });
  });
}

function ternary(count) {
  const values = new Int8Array(count);
  for (let i = 0; i < count;) {
    const byte = crypto.randomBytes(1)[0];
    if (byte !== 255) values[i++] = (byte % 3) - 1;
  }
  return values;
}

// Centred binomial noise of 42 bits.
function noise(count) {
  const ones = (word) => { let n = 0; for (; word; word &= word - 1) n++; return n; };
  const bytes = crypto.randomBytes(6 * count);
  return Int8Array.from({ length: count }, (_, i) => {
    const half = (o) => ones(bytes[o]) + ones(bytes[o + 1]) + ones(bytes[o + 2] & 0x1f);
    return half(6 * i) - half(6 * i + 3);
  });
}

// a s in Z_p[x]/(x^N + 1) for a ternary s: additions only. Residues have at most 50 bits, so doubles hold every step exactly.
function multiplyTernary(a, s, prime) {
  const degree = a.length, p = Number(prime);
  const product = new Float64Array(degree);
  for (let j = 0; j < degree; j++) {
    if (s[j] === 0) continue;
    for (let i = 0; i < degree; i++) {
      const k = i + j, wraps = k >= degree, at = wraps ? k - degree : k;
      const plus = (s[j] > 0) !== wraps;
      let value = product[at] + (plus ? a[i] : p - a[i]);
      if (value >= p) value -= p;
      product[at] = value;
    }
  }
  return product;
}

function pack(values, bits) {
  const bytes = Buffer.alloc(Math.ceil(values.length * bits / 8));
  let pending = 0n, held = 0n, at = 0;
  for (const value of values) {
    pending |= BigInt(value) << held;
    for (held += BigInt(bits); held >= 8n; held -= 8n, pending >>= 8n) bytes[at++] = Number(pending & 0xffn);
  }
  if (held > 0n) bytes[at] = Number(pending);
  return bytes;
}

function unpack(bytes, bits, count) {
  const values = [], mask = (1n << BigInt(bits)) - 1n;
  let pending = 0n, held = 0n, at = 0;
  while (values.length < count) {
    while (held < BigInt(bits)) { pending |= BigInt(bytes[at++]) << held; held += 8n; }
    values.push(pending & mask);
    pending >>= BigInt(bits); held -= BigInt(bits);
  }
  return values;
}

const bitLength = (prime) => prime.toString(2).length;

/** One query: its own secret key, its bytes, and the decryption of its reply. */
class KeylessQuery {
  /** @param card the parsed card; @param hash its SHA-256; @param rows rows of integers, the constant 1 first. */
  constructor(card, hash, rows) {
    const q = card.query;
    this.query = q;
    this.set = SETS[q.set];
    if (!this.set) throw new Error(`this sample knows the parameter sets 1, 2 and 3, not ${q.set}`);
    this.rowClass = [1, 16, 256].find((size) => size >= rows.length && size * q.classes * q.features <= this.set.degree);
    if (!this.rowClass || rows.some((row) => row.length !== q.features)) throw new Error(`a row has ${q.features} integers, and all rows fit one query`);
    this.secret = ternary(this.set.degree);
    const t = 1n << BigInt(q.plain_bits);
    const message = new Array(this.set.degree).fill(0n);
    rows.forEach((row, r) => row.forEach((value, i) => {
      message[r * q.classes * q.features + i] = ((BigInt(value) % t) + t) % t;
    }));
    const product = this.set.primes.reduce((a, b) => a * b);
    const scaled = message.map((m) => (product * m + t / 2n) / t);
    const seeds = [crypto.randomBytes(64), crypto.randomBytes(64)];
    const header = Buffer.alloc(15 + 32 + 10);
    header.write('subnet-query/1\n');
    hash.copy(header, 15);
    header[47] = q.set;
    header[48] = q.plain_bits;
    header.writeUInt16BE(this.rowClass, 49);
    header.writeUInt16BE(q.classes, 51);
    header.writeUInt32BE(q.features, 53);
    this.bytes = Buffer.concat([header, ...seeds, this.encrypt(seeds[0], scaled), this.encrypt(seeds[1], null)]);
    this.request = crypto.createHash('sha256').update(this.bytes).digest();
  }

  // message + e - a s for each limb, packed to the prime's bits.
  encrypt(seed, message) {
    const mask = uniform(this.set, seed);
    const e = noise(this.set.degree);
    return Buffer.concat(this.set.primes.map((prime, limb) => {
      const p = Number(prime);
      const as = multiplyTernary(mask[limb], this.secret, prime);
      const values = Array.from(as, (value, i) => {
        let x = (message ? Number(message[i] % prime) : 0) + e[i] - value;
        if (x < 0) x += p;
        return x < 0 ? x + p : x >= p ? x - p : x;
      });
      return pack(values, bitLength(prime));
    }));
  }

  /** The answers of a reply, one for each row and class. */
  decrypt(reply) {
    const q = this.query, degree = this.set.degree;
    const count = this.rowClass * q.classes;
    const k = q.plain_bits + Math.log2(degree) + 1;
    const maskBytes = Math.ceil(degree * k / 8), valueBytes = Math.ceil(count * k / 8);
    const fits = reply.subarray(0, 15).toString() === 'subnet-reply/1\n' && reply.subarray(15, 47).equals(this.request)
      && reply[47] === k && reply.readUInt16BE(48) === count && reply.length === 50 + maskBytes + valueBytes;
    if (!fits) throw new Error('the reply is not to this query');
    const mask = unpack(reply.subarray(50), k, degree);
    const values = unpack(reply.subarray(50 + maskBytes), k, count);
    const modulus = 1n << BigInt(k), bound = BigInt(q.bound);
    return values.map((value, n) => {
      const position = n * q.features + q.features - 1;
      let phase = value;
      for (let i = 0; i < degree; i++) {
        const s = BigInt(this.secret[i]);
        if (s !== 0n) phase += i <= position ? mask[position - i] * s : -mask[degree + position - i] * s;
      }
      phase = ((phase % modulus) + modulus) % modulus;
      const shift = BigInt(k - q.plain_bits);
      let answer = ((phase + (1n << (shift - 1n))) >> shift) % (1n << BigInt(q.plain_bits));
      if (answer >= 1n << BigInt(q.plain_bits - 1)) answer -= 1n << BigInt(q.plain_bits);
      if (answer > bound || answer < -bound) throw new Error('an answer is outside the bound of the card');
      return answer;
    });
  }
}

module.exports = { KeylessQuery, blake2xb, uniform, SETS };
