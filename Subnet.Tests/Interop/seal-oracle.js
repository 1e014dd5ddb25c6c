'use strict';
// Microsoft SEAL (the npm package node-seal) behind one JSON object a line: {"op": ..., ...} in, {"result": ...} or
// {"error": ...} out. Objects travel as base64 of SEAL's own bytes. Every request says which parameters it is about.
const readline = require('node:readline');
const createSeal = require('node-seal');

const decode = text => Uint8Array.from(Buffer.from(text, 'base64'));
const encode = (object, compression) => Buffer.from(object.saveArray(compression)).toString('base64');

class Session {
  constructor(seal, request) {
    this.seal = seal;
    this.parms = seal.EncryptionParameters();
    this.parms.loadArray(decode(request.parms));
    const level = request.security === 'none' ? seal.SecurityLevel.none : seal.SecurityLevel.tc128;
    this.context = seal.Context(this.parms, true, level);
    if (!this.context.parametersSet()) throw new Error('SEAL refuses the parameters');
    this.isBfv = this.parms.scheme === seal.SchemeType.bfv;
    this.compression = seal.ComprModeType[request.compression || 'none'];
    this.request = request;
  }

  load(kind, text) {
    const make = {
      plaintext: 'PlainText', ciphertext: 'CipherText', secret_key: 'SecretKey', public_key: 'PublicKey',
      relin_keys: 'RelinKeys', galois_keys: 'GaloisKeys',
    }[kind];
    const object = this.seal[make]();
    object.loadArray(this.context, decode(text));
    return object;
  }

  save(object) {
    return encode(object, this.compression);
  }

  encodeValues(values) {
    const plain = this.seal.PlainText();
    if (this.isBfv) this.seal.BatchEncoder(this.context).encode(Int32Array.from(values), plain);
    else this.seal.CKKSEncoder(this.context).encode(Float64Array.from(values), this.request.scale, plain);
    return plain;
  }

  decodeValues(plain) {
    return Array.from(this.isBfv
      ? this.seal.BatchEncoder(this.context).decode(plain, true)
      : this.seal.CKKSEncoder(this.context).decode(plain));
  }

  keys() {
    const generator = this.request.secret_key
      ? this.seal.KeyGenerator(this.context, this.load('secret_key', this.request.secret_key))
      : this.seal.KeyGenerator(this.context);
    const steps = Int32Array.from(this.request.steps || []);
    const seeded = this.request.seeded === true;
    return {
      secret_key: this.save(generator.secretKey()),
      public_key: this.save(seeded ? generator.createPublicKeySerializable() : generator.createPublicKey()),
      relin_keys: this.save(seeded ? generator.createRelinKeysSerializable() : generator.createRelinKeys()),
      galois_keys: this.save(seeded ? generator.createGaloisKeysSerializable(steps) : generator.createGaloisKeys(steps)),
    };
  }

  encrypt() {
    const plain = this.encodeValues(this.request.values);
    if (this.request.secret_key) {
      const encryptor = this.seal.Encryptor(
        this.context, this.load('public_key', this.request.public_key), this.load('secret_key', this.request.secret_key));
      return { ciphertext: this.save(encryptor.encryptSymmetricSerializable(plain)) };
    }
    const encryptor = this.seal.Encryptor(this.context, this.load('public_key', this.request.public_key));
    return { ciphertext: this.save(encryptor.encrypt(plain)) };
  }

  decrypt() {
    const decryptor = this.seal.Decryptor(this.context, this.load('secret_key', this.request.secret_key));
    const ciphertext = this.load('ciphertext', this.request.ciphertext);
    return { values: this.decodeValues(decryptor.decrypt(ciphertext)) };
  }

  evaluate() {
    const { seal, request } = this;
    const evaluator = seal.Evaluator(this.context);
    const [a, b] = request.ciphertexts.map(text => this.load('ciphertext', text));
    const relin = request.relin_keys && this.load('relin_keys', request.relin_keys);
    const galois = request.galois_keys && this.load('galois_keys', request.galois_keys);
    const result = seal.CipherText();
    switch (request.name) {
      case 'multiply': evaluator.multiply(a, b, result); break;
      case 'multiply_relinearize':
        evaluator.multiply(a, b, result);
        evaluator.relinearize(result, relin, result);
        break;
      case 'multiply_relinearize_rescale':
        evaluator.multiply(a, b, result);
        evaluator.relinearize(result, relin, result);
        evaluator.rescaleToNext(result, result);
        break;
      case 'rotate_rows': evaluator.rotateRows(a, request.step, galois, result); break;
      case 'rotate_columns': evaluator.rotateColumns(a, galois, result); break;
      case 'rotate_vector': evaluator.rotateVector(a, request.step, galois, result); break;
      case 'mod_switch_to_next': evaluator.cipherModSwitchToNext(a, result); break;
      default: throw new Error(`unknown operation ${request.name}`);
    }
    return { ciphertext: this.save(result) };
  }

  // Loads an object and saves it again, which tells whether SEAL accepts it and what it understood.
  reload() {
    return { object: this.save(this.load(this.request.type, this.request.object)) };
  }
}

async function main() {
  const seal = await createSeal();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      const request = JSON.parse(line);
      const session = new Session(seal, request);
      if (!['keys', 'encrypt', 'decrypt', 'evaluate', 'reload'].includes(request.op)) throw new Error(`unknown op ${request.op}`);
      answer = { result: session[request.op]() };
    } catch (e) {
      answer = { error: String(e && e.message || e) };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}

main().catch(e => { console.error(e); process.exitCode = 1; });
