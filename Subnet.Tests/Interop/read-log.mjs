// Reads a transparency log by the C2SP documents (signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof) and RFC 6962, with
// Node's own crypto and nothing of this project. Arguments: folder, verifier key, optionally a tlog-proof file (or an empty text) and verifier
// keys of witnesses. Prints one line of JSON; ends with 1 at the first thing that is wrong.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const fail = why => { console.log(JSON.stringify({ ok: false, why })); console.error(why); process.exit(1); };
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const leafHash = entry => sha256(Buffer.from([0]), entry);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

const LOG = 1, WITNESS = 4;

function parseVerifier(text, type) {
  const [name, id, ...rest] = text.split('+');
  const key = Buffer.from(rest.join('+'), 'base64');
  if (key.length !== 33 || key[0] !== type) fail('verifier key is not of its type');
  if (sha256(Buffer.from(name + '\n'), key).subarray(0, 4).toString('hex') !== id) fail('verifier key id');
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
  return { name, id, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

// The signatures of a key on a note: what follows name and id in each line that has both.
const linesOf = (note, verifier) => note.slice(note.lastIndexOf('\n\n') + 2).trimEnd().split('\n').flatMap(line => {
  const [dash, name, base64] = line.split(' ');
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (dash !== '\u2014') fail('signature line');
  return name === verifier.name && bytes.subarray(0, 4).toString('hex') === verifier.id ? [bytes.subarray(4)] : [];
});

function openCheckpoint(note, verifier) {
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const signatures = linesOf(note, verifier);
  if (signatures.length === 0 || !signatures.every(signature => verify(null, Buffer.from(text), verifier.key, signature))) fail('checkpoint is not signed by the log');
  const [origin, size, root] = text.split('\n');
  if (origin !== verifier.name) fail('origin');
  return { size: Number(size), root: Buffer.from(root, 'base64') };
}

// cosignature/v1: eight bytes of time, then Ed25519 over two header lines and the checkpoint.
function isCosigned(note, witness) {
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  return linesOf(note, witness).some(signature => {
    if (signature.length !== 72) fail('cosignature has another length');
    const message = `cosignature/v1\ntime ${signature.readBigUInt64BE(0)}\n${text}`;
    if (!verify(null, Buffer.from(message), witness.key, signature.subarray(8))) fail(`cosignature of ${witness.name}`);
    return true;
  });
}

function encodeIndex(n) {
  let path = String(n % 1000).padStart(3, '0');
  for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000)) path = `x${String(n % 1000).padStart(3, '0')}/${path}`;
  return path;
}

function readTile(folder, level, n, width) {
  const path = join(folder, 'tile', String(level), encodeIndex(n));
  const partial = `${path}.p/${width}`;
  if (width < 256 && existsSync(partial)) return readFileSync(partial);
  if (!existsSync(path)) fail(`tile ${level}/${n} of width ${width} is missing`);
  return readFileSync(path);
}

function* tilesOf(level, size) {
  const count = Math.floor(size / 256 ** level);
  for (let n = 0; n * 256 < count; n++) yield [n, Math.min(256, count - n * 256)];
}

const hashesOf = (bytes, width) => Array.from({ length: width }, (_, i) => bytes.subarray(i * 32, i * 32 + 32));

function rootOf(hashes) {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0];
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return nodeHash(rootOf(hashes.slice(0, k)), rootOf(hashes.slice(k)));
}

function entriesOf(bytes, width) {
  const entries = [];
  for (let at = 0; entries.length < width;) {
    const length = bytes.readUInt16BE(at);
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

function checkInclusion(index, size, leaf, path, root) {
  let fn = index, sn = size - 1, r = leaf;
  for (const p of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = nodeHash(p, r);
      while (fn % 2 === 0 && fn !== 0) { fn /= 2; sn = Math.floor(sn / 2); }
    } else {
      r = nodeHash(r, p);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && r.equals(root);
}

const [folder, vkey, proofFile, ...witnessKeys] = process.argv.slice(2);
const verifier = parseVerifier(vkey, LOG);
const newest = readFileSync(join(folder, 'checkpoint'), 'utf8');
const checkpoint = openCheckpoint(newest, verifier);
const cosigned = witnessKeys.map(text => parseVerifier(text, WITNESS)).filter(witness => isCosigned(newest, witness)).map(witness => witness.name);
const leaves = [];
for (const [n, width] of tilesOf(0, checkpoint.size)) {
  const hashes = hashesOf(readTile(folder, 0, n, width), width);
  entriesOf(readTile(folder, 'entries', n, width), width).forEach((entry, i) => {
    if (!leafHash(entry).equals(hashes[i])) fail(`entry ${n * 256 + i} is not the one that was hashed`);
    JSON.parse(entry.toString('utf8'));
  });
  leaves.push(...hashes);
}

let tiles = 0;
for (let level = 1; 256 ** level <= checkpoint.size; level++) {
  for (const [n, width] of tilesOf(level, checkpoint.size)) {
    hashesOf(readTile(folder, level, n, width), width).forEach((hash, i) => {
      const span = 256 ** level, first = (n * 256 + i) * span;
      if (!rootOf(leaves.slice(first, first + span)).equals(hash)) fail(`tile ${level}/${n}, place ${i}`);
    });
    tiles++;
  }
}
if (!rootOf(leaves).equals(checkpoint.root)) fail('the root is not the signed one');

// Every checkpoint that the log keeps signs a beginning of this tree.
const kept = existsSync(join(folder, 'checkpoints')) ? readdirSync(join(folder, 'checkpoints')) : [];
for (const name of kept) {
  const earlier = openCheckpoint(readFileSync(join(folder, 'checkpoints', name), 'utf8'), verifier);
  if (String(earlier.size) !== name || !rootOf(leaves.slice(0, earlier.size)).equals(earlier.root)) fail(`checkpoint ${name} is no beginning of the log`);
}

let proved = null;
if (proofFile) {
  const text = readFileSync(proofFile, 'utf8');
  const blank = text.indexOf('\n\n');
  const lines = text.slice(0, blank).split('\n');
  if (lines[0] !== 'c2sp.org/tlog-proof@v1' || !lines[1].startsWith('index ')) fail('proof file');
  proved = Number(lines[1].slice(6));
  const signed = openCheckpoint(text.slice(blank + 2), verifier);
  const path = lines.slice(2).map(line => Buffer.from(line, 'base64'));
  if (!checkInclusion(proved, signed.size, leaves[proved], path, signed.root)) fail('inclusion proof');
}
console.log(JSON.stringify({ ok: true, size: checkpoint.size, upperTiles: tiles, kept: kept.length, cosigned, proved }));
