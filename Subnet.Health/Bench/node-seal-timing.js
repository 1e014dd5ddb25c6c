// Times node-seal (Microsoft SEAL as WebAssembly) on one parameter set: prints {operation: microseconds} as JSON.
// Arguments: scheme, N, comma-separated bit lengths (or "default"), scale exponent, seconds an operation.
const SEAL = require('node-seal');
const [scheme, degree, bits, scale, seconds] = process.argv.slice(2);

function time(operation) {
  const warm = process.hrtime.bigint();
  let count = 0;
  do { operation(); count++; } while (Number(process.hrtime.bigint() - warm) < seconds * 4e8);
  const single = Number(process.hrtime.bigint() - warm) / count;
  const repeats = Math.max(1, Math.floor(2e5 / single));
  const batches = [];
  const begin = process.hrtime.bigint();
  while (batches.length < 5 || Number(process.hrtime.bigint() - begin) < seconds * 6e8) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < repeats; i++) operation();
    batches.push(Number(process.hrtime.bigint() - start) / repeats / 1000);
  }
  batches.sort((a, b) => a - b);
  return batches[Math.floor(batches.length / 2)];
}

(async () => {
  const seal = await SEAL();
  const n = Number(degree);
  const bfv = scheme === 'bfv';
  const parms = seal.EncryptionParameters(bfv ? seal.SchemeType.bfv : seal.SchemeType.ckks);
  parms.setPolyModulusDegree(n);
  parms.setCoeffModulus(bits === 'default'
    ? seal.CoeffModulus.BFVDefault(n, seal.SecurityLevel.tc128)
    : seal.CoeffModulus.Create(n, Int32Array.from(bits.split(',').map(Number))));
  if (bfv) parms.setPlainModulus(seal.PlainModulus.Batching(n, 20));
  const context = seal.Context(parms, true, seal.SecurityLevel.tc128);
  const generator = seal.KeyGenerator(context);
  const secret = generator.secretKey();
  const publicKey = generator.createPublicKey();
  const relin = generator.createRelinKeys();
  const galois = generator.createGaloisKeys(Int32Array.from([1]));
  const encryptor = seal.Encryptor(context, publicKey, secret);
  const decryptor = seal.Decryptor(context, secret);
  const evaluator = seal.Evaluator(context);
  const plain = seal.PlainText(), scratch = seal.PlainText();
  const a = seal.CipherText(), b = seal.CipherText(), product = seal.CipherText(), result = seal.CipherText();
  const answer = {};
  if (bfv) {
    const encoder = seal.BatchEncoder(context);
    const values = Int32Array.from({ length: n }, (_, i) => (i * i) % 1000003 % 65536);
    encoder.encode(values, plain);
    answer.encode = time(() => encoder.encode(values, scratch));
    answer.decode = time(() => encoder.decode(plain));
  } else {
    const encoder = seal.CKKSEncoder(context);
    const values = Float64Array.from({ length: n / 2 }, (_, i) => Math.sin(i));
    encoder.encode(values, 2 ** Number(scale), plain);
    answer.encode = time(() => encoder.encode(values, 2 ** Number(scale), scratch));
    answer.decode = time(() => encoder.decode(plain));
  }
  encryptor.encrypt(plain, a);
  encryptor.encrypt(plain, b);
  evaluator.multiply(a, b, product);
  answer.encrypt_sk = time(() => encryptor.encryptSymmetric(plain, result));
  answer.encrypt_pk = time(() => encryptor.encrypt(plain, result));
  answer.decrypt = time(() => decryptor.decrypt(a, scratch));
  answer.add = time(() => evaluator.add(a, b, result));
  answer.add_plain = time(() => evaluator.addPlain(a, plain, result));
  answer.multiply = time(() => evaluator.multiply(a, b, result));
  answer.square = time(() => evaluator.square(a, result));
  answer.multiply_plain = time(() => evaluator.multiplyPlain(a, plain, result));
  answer.relinearize = time(() => evaluator.relinearize(product, relin, result));
  if (bfv) {
    answer.rotate_rows = time(() => evaluator.rotateRows(a, 1, galois, result));
  } else {
    answer.rotate = time(() => evaluator.rotateVector(a, 1, galois, result));
    answer.rescale = time(() => evaluator.rescaleToNext(a, result));
  }
  answer.mod_switch = time(() => evaluator.cipherModSwitchToNext(a, result));
  answer.keygen_relin = time(() => generator.createRelinKeys().delete());
  answer.keygen_galois1 = time(() => generator.createGaloisKeys(Int32Array.from([1])).delete());
  console.log(JSON.stringify(answer));
})().catch(error => { console.error(String(error)); process.exit(1); });
