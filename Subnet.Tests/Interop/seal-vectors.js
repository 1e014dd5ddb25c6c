'use strict';
// Writes one folder of vectors as Microsoft SEAL (node-seal) computes them, in the schema of the outside vectors:
//   node seal-vectors.js FOLDER CASE
// The binding fails on a plain modulus without batching, so no case has one.
const fs = require('node:fs');
const path = require('node:path');
const createSeal = require('node-seal');

const CASES = {
  'bfv-batching': { scheme: 'bfv', n: 1024, bits: [45, 40, 40, 45], batching: 20, security: 'none', galois: [0, 1, -1, 4] },
  'bfv-large-plain-modulus': { scheme: 'bfv', n: 128, bits: [36, 36, 36, 36, 37], batching: 40, security: 'none', galois: [0, 1, -1, 4] },
  'bfv-wide-primes': { scheme: 'bfv', n: 512, bits: [60, 55, 60], batching: 30, security: 'none', galois: [0, 1, -1, 4] },
  'bfv-one-prime': { scheme: 'bfv', n: 2048, bits: [54], batching: 16, security: 'tc128' },
  'bfv-default-8192': { scheme: 'bfv', n: 8192, defaults: true, batching: 20, security: 'tc128', galois: [0, 1], few: true },
  'ckks-wide-primes': { scheme: 'ckks', n: 512, bits: [60, 40, 40, 60], scale: 2 ** 40, security: 'none', galois: [0, 1, -1, 4] },
  'ckks-narrow-primes': { scheme: 'ckks', n: 1024, bits: [45, 30, 30, 30, 45], scale: 2 ** 30, security: 'none', galois: [0, 1, -1, 4] },
  'ckks-default-8192': { scheme: 'ckks', n: 8192, defaults: true, scale: 2 ** 40, security: 'tc128', galois: [0, 1], few: true },
};

// Of large degrees only these operations: WebAssembly and zlib take their time.
const FEW = ['add_plain', 'mul', 'mul_relin', 'mul_plain', 'rot_1', 'ms1', 'rescale', 'ct_a_ntt', 'mul_plain_ntt'];

const HEAD = 24;
const COMPRESSIONS = ['none', 'zlib', 'zstd'];

function powmod(base, exponent, modulus) {
  let result = 1n;
  for (base %= modulus; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = result * base % modulus;
    base = base * base % modulus;
  }
  return result;
}

// The smallest primitive root of unity of order 2n.
function minimalRoot(n, q) {
  const order = BigInt(2 * n);
  for (let x = 2n; ; x++) {
    const root = powmod(x, (q - 1n) / order, q);
    if (powmod(root, order / 2n, q) !== q - 1n) continue;
    const square = root * root % q;
    let least = root;
    for (let i = 1, power = root; i < n; i++) {
      power = power * square % q;
      if (power < least) least = power;
    }
    return least;
  }
}

function fnv1a64(words) {
  let hash = 0xcbf29ce484222325n;
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

class Generator {
  constructor(seal, name, folder) {
    this.seal = seal;
    this.folder = folder;
    const c = this.c = CASES[name];
    this.isBfv = c.scheme === 'bfv';
    const level = c.security === 'none' ? seal.SecurityLevel.none : seal.SecurityLevel.tc128;
    const parms = this.parms = seal.EncryptionParameters(this.isBfv ? seal.SchemeType.bfv : seal.SchemeType.ckks);
    parms.setPolyModulusDegree(c.n);
    const chain = c.defaults ? seal.CoeffModulus.BFVDefault(c.n, level) : seal.CoeffModulus.Create(c.n, Int32Array.from(c.bits));
    parms.setCoeffModulus(chain);
    if (this.isBfv) parms.setPlainModulus(seal.PlainModulus.Batching(c.n, c.batching));
    this.context = seal.Context(parms, true, level);
    if (!this.context.parametersSet()) throw new Error('SEAL refuses the parameters');
    this.primes = Array.from(parms.coeffModulus);
    this.t = this.isBfv ? BigInt(parms.plainModulus.value) : 0n;
    this.encoder = this.isBfv ? seal.BatchEncoder(this.context) : seal.CKKSEncoder(this.context);
    this.evaluator = seal.Evaluator(this.context);
    this.objects = [];
    this.turn = 0;
    this.levels = [];
    for (let data = this.context.keyContextData; data; data = this.next(data)) this.levels.push(data);
    this.levelOf = new Map(this.levels.map(data => [this.hex(data.parmsId), data.chainIndex]));
  }

  next(data) {
    try { return data.chainIndex === 0 ? null : data.nextContextData; } catch { return null; }
  }

  hex(parmsId) {
    return Buffer.from(BigUint64Array.from(parmsId.values).buffer).toString('hex');
  }

  write(name, bytes) {
    fs.writeFileSync(path.join(this.folder, name), bytes);
  }

  // Compressions take turns, so that all occur.
  save(entry, object, compression = COMPRESSIONS[this.turn++ % 3], seeded = false) {
    const file = `${entry.name}${seeded ? '_seeded' : ''}.${compression}.seal`;
    this.write(file, object.saveArray(this.seal.ComprModeType[compression]));
    this.objects.push({ name: entry.name, type: entry.type, file, compr: compression, ...(entry.type === 'parms' ? {} : { seeded }), ...entry });
  }

  plainOf(coefficients) {
    const bytes = Buffer.alloc(88 + 8 * coefficients.length);
    bytes.writeUInt32LE(0x0410a15e, 0);
    bytes[4] = 1;
    bytes.writeBigUInt64LE(BigInt(bytes.length), 8);
    bytes.writeBigUInt64LE(BigInt(coefficients.length), 48);
    bytes.writeDoubleLE(1, 56);
    bytes.copy(bytes, 64, 0, 8);
    bytes.writeBigUInt64LE(BigInt(bytes.length - 64), 72);
    bytes.writeBigUInt64LE(BigInt(coefficients.length), 80);
    coefficients.forEach((word, i) => bytes.writeBigUInt64LE(word, 88 + 8 * i));
    const plain = this.seal.PlainText();
    plain.loadArray(this.context, bytes);
    return plain;
  }

  // Of BFV only: the binding decodes CKKS slots to their real parts, so those sets are judged by their words.
  expectOf(plain) {
    const slots = BigUint64Array.from(this.encoder.decodeBigInt(plain, false));
    return { slots_fnv1a64: fnv1a64(slots), slots_head: Array.from(slots.slice(0, HEAD)) };
  }

  plaintext(name, plain, op, expect = true) {
    this.save({
      name, type: 'plaintext', op, coeff_count: plain.coeffCount, is_ntt_form: plain.isNttForm, parms_id: this.hex(plain.parmsId), scale: plain.scale,
      ...(expect && this.isBfv ? { expect: this.expectOf(plain) } : {}),
    }, plain);
    return plain;
  }

  ciphertext(name, cipher, op, { deterministic = true, object = cipher, seeded = false } = {}) {
    const readable = this.isBfv && !cipher.isNttForm;
    const rest = readable
      ? { noise_budget: this.decryptor.invariantNoiseBudget(cipher), expect: this.expectOf(this.decryptor.decrypt(cipher)) }
      : {};
    const parmsId = this.hex(cipher.parmsId);
    this.save({
      name, type: 'ciphertext', op, deterministic, poly_count: cipher.size, is_ntt_form: cipher.isNttForm,
      chain_index: this.levelOf.get(parmsId), parms_id: parmsId, scale: cipher.scale, ...rest,
    }, object, undefined, seeded);
    return cipher;
  }

  // One deterministic operation of the evaluator.
  run(name, op, action) {
    const result = this.seal.CipherText();
    if (this.c.few && !FEW.includes(name)) return result;
    action(result);
    return this.ciphertext(name, result, op);
  }

  values(seed) {
    let state = BigInt(seed);
    const next = () => (state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)) >> 11n;
    return this.isBfv
      ? BigUint64Array.from({ length: this.c.n }, () => next() % this.t)
      : Float64Array.from({ length: this.c.n / 2 }, () => Number(next()) / 2 ** 52 - 1);
  }

  encode(name, seed) {
    const values = this.values(seed);
    const file = `${name.slice(3)}.${this.isBfv ? 'u64' : 'c128'}`;
    const stored = this.isBfv ? values : Float64Array.from({ length: 2 * values.length }, (_, i) => i % 2 ? 0 : values[i / 2]);
    this.write(file, Buffer.from(stored.buffer));
    const plain = this.seal.PlainText();
    if (this.isBfv) this.encoder.encode(values, plain);
    else this.encoder.encode(values, this.c.scale, plain);
    return this.plaintext(name, plain, { name: 'encode', values: file });
  }

  generate() {
    const { seal, c, evaluator: ev } = this;
    for (const compression of COMPRESSIONS) this.save({ name: 'parms', type: 'parms' }, this.parms, compression);
    const generator = seal.KeyGenerator(this.context);
    const secret = generator.secretKey();
    const publicKey = generator.createPublicKey();
    this.decryptor = seal.Decryptor(this.context, secret);
    const encryptor = seal.Encryptor(this.context, publicKey, secret);
    this.save({ name: 'sk', type: 'secret_key' }, secret);
    this.save({ name: 'pk', type: 'public_key' }, publicKey);
    const switching = this.primes.length > 1;
    const relin = switching ? generator.createRelinKeys() : null;
    if (relin) this.save({ name: 'rlk', type: 'relin_keys', key_count: 1 }, relin);
    let galois = null;
    if (c.galois) {
      const serializable = generator.createGaloisKeysSerializable(Int32Array.from(c.galois));
      const bytes = serializable.saveArray(seal.ComprModeType.none);
      galois = seal.GaloisKeys();
      galois.loadArray(this.context, bytes);
      this.save({ name: 'glk', type: 'galois_keys', galois_steps: c.galois }, serializable, undefined, true);
    }

    const ptA = this.encode('pt_a', 1);
    const ptB = this.encode('pt_b', 2);
    const a = this.ciphertext('ct_a', encryptor.encrypt(ptA), { name: 'encrypt_pk', in: ['pt_a', 'pk'] }, { deterministic: false });
    const seeded = encryptor.encryptSymmetricSerializable(ptB);
    const b = seal.CipherText();
    b.loadArray(this.context, seeded.saveArray(seal.ComprModeType.none));
    this.ciphertext('ct_b', b, { name: 'encrypt_sk', in: ['pt_b', 'sk'] }, { deterministic: false, object: seeded, seeded: true });
    this.ciphertext('ct_b', b, { name: 'encrypt_sk', in: ['pt_b', 'sk'] }, { deterministic: false });
    this.ciphertext('zero', encryptor.encryptZero(), { name: 'encrypt_zero_pk', in: ['pk'] }, { deterministic: false });
    this.plaintext('pt_back', this.decryptor.decrypt(a), { name: 'decrypt', in: ['ct_a', 'sk'] });

    this.run('negate', { name: 'negate', in: ['ct_a'] }, r => ev.negate(a, r));
    this.run('add', { name: 'add', in: ['ct_a', 'ct_b'] }, r => ev.add(a, b, r));
    this.run('sub', { name: 'sub', in: ['ct_a', 'ct_b'] }, r => ev.sub(a, b, r));
    this.run('sum', { name: 'add_many', in: ['ct_a', 'ct_b', 'ct_a'] }, r => { ev.add(a, b, r); ev.add(r, a, r); });
    this.run('add_plain', { name: 'add_plain', in: ['ct_a', 'pt_b'] }, r => ev.addPlain(a, ptB, r));
    this.run('sub_plain', { name: 'sub_plain', in: ['ct_a', 'pt_b'] }, r => ev.subPlain(a, ptB, r));
    this.run('mul_plain', { name: 'multiply_plain', in: ['ct_a', 'pt_b'] }, r => ev.multiplyPlain(a, ptB, r));
    const mul = this.run('mul', { name: 'multiply', in: ['ct_a', 'ct_b'] }, r => ev.multiply(a, b, r));
    this.run('square', { name: 'square', in: ['ct_a'] }, r => ev.square(a, r));
    this.run('mul_3', { name: 'multiply', in: ['mul', 'ct_a'] }, r => ev.multiply(mul, a, r));
    if (switching) this.switching({ a, b, mul, relin, galois, ptB });
    if (this.isBfv) this.bfv({ a, b, relin, ptB });
    this.manifest();
  }

  switching({ a, b, mul, relin, galois, ptB }) {
    const { seal, evaluator: ev } = this;
    const rotate = this.isBfv ? 'rotateRows' : 'rotateVector';
    const name = this.isBfv ? 'rotate_rows' : 'rotate_vector';
    const mulRelin = this.run('mul_relin', { name: 'relinearize', in: ['mul', 'rlk'] }, r => ev.relinearize(mul, relin, r));
    this.run('square_relin', { name: 'square_relinearize', in: ['ct_a', 'rlk'] }, r => { ev.square(a, r); ev.relinearize(r, relin, r); });
    if (galois) {
      for (const step of [1, -1, 5, 3]) {
        this.run(`rot_${step}`, { name, in: ['ct_a', 'glk'], step }, r => ev[rotate](a, step, galois, r));
      }
      this.run('galois', { name: 'apply_galois', in: ['ct_a', 'glk'], elt: 3 }, r => ev.applyGalois(a, 3, galois, r));
      const swap = this.isBfv ? 'rotateColumns' : 'complexConjugate';
      this.run('swap', { name: this.isBfv ? 'rotate_columns' : 'complex_conjugate', in: ['ct_a', 'glk'] }, r => ev[swap](a, galois, r));
      this.run('rot_in_note', { name: 'add', in: ['rotated', 'ct_b'], note: `rotated = ${name}(negate(ct_a), glk, 1), not stored` }, r => {
        ev.negate(a, r);
        ev[rotate](r, 1, galois, r);
        ev.add(r, b, r);
      });
    }
    if (this.context.firstContextData.chainIndex === 0) return;
    this.run('ms1', { name: 'mod_switch_to_next', in: ['ct_a'] }, r => ev.cipherModSwitchToNext(a, r));
    const last = this.context.lastParmsId;
    this.run('ms_last', { name: 'mod_switch_to_last', in: ['ct_a'] }, r => ev.cipherModSwitchTo(a, last, r));
    this.run('ms_to', { name: 'mod_switch_to', in: ['ct_a'], chain_index: 0 }, r => ev.cipherModSwitchTo(a, last, r));
    this.run('ms_to_id', { name: 'mod_switch_to', in: ['ct_a'], parms_id: this.hex(last) }, r => ev.cipherModSwitchTo(a, last, r));
    this.run('ms1_mul_relin', { name: 'mod_switch_multiply_relinearize', in: ['ct_a', 'ct_b', 'rlk'] }, r => {
      const x = seal.CipherText();
      const y = seal.CipherText();
      ev.cipherModSwitchToNext(a, x);
      ev.cipherModSwitchToNext(b, y);
      ev.multiply(x, y, r);
      ev.relinearize(r, relin, r);
    });
    if (galois) {
      this.run('ms1_rot', { name: `mod_switch_${name}`, in: ['ct_a', 'glk'], step: 1 }, r => {
        ev.cipherModSwitchToNext(a, r);
        ev[rotate](r, 1, galois, r);
      });
    }
    if (this.isBfv) return;
    this.run('rescale', { name: 'rescale_to_next', in: ['mul_relin'] }, r => ev.rescaleToNext(mulRelin, r));
    this.run('mul_relin_rescale', { name: 'multiply_relinearize_rescale', in: ['ct_a', 'ct_b', 'rlk'] }, r => ev.rescaleToNext(mulRelin, r));
    const second = this.context.firstContextData.nextContextData;
    this.run('rescale_to', { name: 'rescale_to', in: ['mul_relin'] }, r => ev.rescaleTo(mulRelin, second.parmsId, r));
    const lower = seal.PlainText();
    ev.plainModSwitchToNext(ptB, lower);
    this.plaintext('pt_b_ms1', lower, { name: 'mod_switch_to_next', in: ['pt_b'] });
    ev.plainModSwitchTo(ptB, last, lower);
    this.plaintext('pt_b_last', lower, { name: 'mod_switch_to_last', in: ['pt_b'] });
    this.run('ms1_mul_plain', { name: 'mod_switch_multiply_plain', in: ['ct_a', 'pt_b'] }, r => {
      const x = seal.CipherText();
      ev.cipherModSwitchToNext(a, x);
      ev.plainModSwitchToNext(ptB, lower);
      ev.multiplyPlain(x, lower, r);
    });
    if (this.c.few) return;
    const plain = this.run('not_ntt', { name: 'transform_from_ntt', in: ['ct_a'] }, r => ev.cipherTransformFromNtt(a, r));
    this.run('ntt_again', { name: 'transform_to_ntt', in: ['not_ntt'] }, r => ev.cipherTransformToNtt(plain, r));
  }

  bfv({ a, b, relin, ptB }) {
    const { seal, evaluator: ev } = this;
    const mono = this.plaintext('pt_mono', this.plainOf([0n, 0n, 0n, this.t - 2n]), { name: 'monomial', in: [], coeff: this.t - 2n, power: 3 });
    this.run('mul_mono', { name: 'multiply_plain', in: ['ct_a', 'pt_mono'] }, r => ev.multiplyPlain(a, mono, r));
    const ntt = this.run('ct_a_ntt', { name: 'transform_to_ntt', in: ['ct_a'] }, r => ev.cipherTransformToNtt(a, r));
    this.run('ct_a_back', { name: 'transform_from_ntt', in: ['ct_a_ntt'] }, r => ev.cipherTransformFromNtt(ntt, r));
    const plain = seal.PlainText();
    ev.plainTransformToNtt(ptB, this.context.firstParmsId, plain);
    this.plaintext('pt_b_ntt', plain, { name: 'transform_to_ntt', in: ['pt_b'] }, false);
    this.run('mul_plain_ntt', { name: 'multiply_plain', in: ['ct_a_ntt', 'pt_b_ntt'] }, r => ev.multiplyPlain(ntt, plain, r));
    if (this.context.firstContextData.chainIndex > 0) {
      const lower = seal.PlainText();
      ev.plainModSwitchToNext(plain, lower);
      this.plaintext('pt_b_ntt_ms1', lower, { name: 'mod_switch_to_next', in: ['pt_b_ntt'] }, false);
    }
    if (!relin) return;
    this.run('power', { name: 'exponentiate', in: ['ct_a', 'rlk'], exponent: 5 }, r => ev.exponentiate(a, 5, relin, r));
    // The binding has no multiply_many; this is the queue in which it multiplies three.
    this.run('product', { name: 'multiply_many', in: ['ct_a', 'ct_b', 'ct_a', 'rlk'] }, r => {
      ev.multiply(a, b, r);
      ev.relinearize(r, relin, r);
      ev.multiply(a, r, r);
      ev.relinearize(r, relin, r);
    });
  }

  manifest() {
    const { c } = this;
    const manifest = {
      case: path.basename(this.folder), library: 'node-seal 5.1.7', scheme: c.scheme, poly_modulus_degree: c.n, coeff_modulus: this.primes,
      plain_modulus: this.t, security: c.security, batching: true, default_scale: c.scale || 1,
      chain: this.levels.map(data => ({
        chain_index: data.chainIndex, parms_id: this.hex(data.parmsId), primes: data.parms.coeffModulus.length, total_bits: data.totalCoeffModulusBitCount,
      })),
      ntt_roots: this.primes.map(q => minimalRoot(c.n, BigInt(q))),
      ...(this.isBfv ? { plain_ntt_root: minimalRoot(c.n, this.t) } : {}),
      slot_count: this.isBfv ? c.n : c.n / 2,
      objects: this.objects,
    };
    const text = JSON.stringify(manifest, (_, value) => typeof value === 'bigint' ? `#${value}#` : value);
    this.write('manifest.json', text.replace(/"#(\d+)#"/g, '$1'));
  }
}

createSeal().then(seal => new Generator(seal, process.argv[3], process.argv[2]).generate()).catch(e => {
  console.error(e);
  process.exitCode = 1;
});
