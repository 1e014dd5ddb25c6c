// What a reviewer's browser checks by itself: hashes, inclusion, consistency and range proofs of RFC 6962 trees, signed notes and checkpoints (C2SP), all with WebCrypto.
// Nothing here asks a server anything. Every function answers with a value or throws an Error whose message says what does not hold.

const text = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const bytesOf = string => text.encode(string);

/** Canonical base64 with padding; anything else is refused. */
export function base64(string) {
  let binary;
  try {
    binary = atob(string);
  } catch {
    throw new Error('it is not base64');
  }
  if (/\s/.test(string) || btoa(binary) !== string) throw new Error('its base64 is not canonical');
  return Uint8Array.from(binary, c => c.charCodeAt(0));
}

export const toBase64 = bytes => btoa(String.fromCharCode(...bytes));
export const toHex = bytes => [...bytes].map(b => b.toString(16).padStart(2, '0')).join('');

const equal = (a, b) => a.length === b.length && a.every((v, i) => v === b[i]);

function join(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const sha256 = async bytes => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
export const leafHash = entry => sha256(join([0], entry));
const nodeHash = (left, right) => sha256(join([1], left, right));

const MAX_PROOF = 63;

function checkProof(proof) {
  if (proof.length > MAX_PROOF) throw new Error('the proof is longer than any tree is high');
  if (proof.some(hash => hash.length !== 32)) throw new Error('a hash of the proof has not 32 bytes');
}

/** Whether a leaf stands at a place of the tree of that size and root. Sizes and places are BigInt. */
export async function verifyInclusion(index, size, leaf, proof, root) {
  checkProof(proof);
  if (index < 0n || index >= size) throw new Error(`there is no entry ${index} in a tree of ${size}`);
  let [fn, sn, r] = [index, size - 1n, leaf];
  for (const p of proof) {
    if (sn === 0n) throw new Error('the inclusion proof is too long');
    if ((fn & 1n) === 1n || fn === sn) {
      r = await nodeHash(p, r);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      r = await nodeHash(r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) throw new Error('the inclusion proof is too short');
  if (!equal(r, root)) throw new Error('the entry does not lead to the root that the checkpoint signs');
}

/** Whether the tree of the first size is the beginning of that of the second. */
export async function verifyConsistency(size1, size2, proof, root1, root2) {
  checkProof(proof);
  if (size1 > size2) throw new Error('the log is shorter than it was: a rollback');
  const empty = await sha256(new Uint8Array());
  if (size1 === 0n && !equal(root1, empty)) throw new Error('an empty tree has another root');
  if (size1 === size2 || size1 === 0n) {
    if (proof.length > 0) throw new Error('the consistency proof should be empty');
    if (size1 === size2 && !equal(root1, root2)) throw new Error('two trees of one size have two roots: a fork');
    return;
  }
  if (proof.length === 0) throw new Error('the consistency proof is empty');
  const chain = (size1 & (size1 - 1n)) === 0n ? [root1, ...proof] : proof;
  let [fn, sn] = [size1 - 1n, size2 - 1n];
  while ((fn & 1n) === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let [fr, sr] = [chain[0], chain[0]];
  for (const c of chain.slice(1)) {
    if (sn === 0n) throw new Error('the consistency proof is too long');
    if ((fn & 1n) === 1n || fn === sn) {
      [fr, sr] = [await nodeHash(c, fr), await nodeHash(c, sr)];
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      sr = await nodeHash(sr, c);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) throw new Error('the consistency proof is too short');
  if (!equal(fr, root1) || !equal(sr, root2)) throw new Error('the log does not go on from the checkpoint that you trust: history was changed');
}

/** Whether leaves stand side by side from a place on, with nothing left out between them. */
export async function verifyRange(size, lo, leaves, proof, root) {
  const hi = lo + BigInt(leaves.length);
  if (lo < 0n || leaves.length === 0 || hi > size) throw new Error('the range is not in the tree');
  if (proof.length > 2 * MAX_PROOF) throw new Error('the range proof is too long');
  const rest = [...proof];
  const walk = async (from, to) => {
    if (to <= lo || from >= hi) {
      const hash = rest.shift();
      if (!hash || hash.length !== 32) throw new Error('the range proof is too short');
      return hash;
    }
    if (to - from === 1n) return leaves[Number(from - lo)];
    let split = 1n;
    while (split * 2n < to - from) split *= 2n;
    return nodeHash(await walk(from, from + split), await walk(from + split, to));
  };
  const found = await walk(0n, size);
  if (rest.length > 0) throw new Error('the range proof has hashes left over');
  if (!equal(found, root)) throw new Error('the items are not what the tree holds at these places');
}

/** A verifier key: name+id+base64(type || key). */
export async function parseKey(line) {
  const first = line.indexOf('+');
  const second = line.indexOf('+', first + 1);
  if (first < 1 || second < 0) throw new Error('a verifier key is name+id+key');
  const [name, id, data] = [line.slice(0, first), line.slice(first + 1, second), base64(line.slice(second + 1))];
  if (!/^[0-9a-f]{8}$/.test(id) || /[\s+]/u.test(name)) throw new Error('a verifier key is name+id+key');
  if (data.length !== 33 || (data[0] !== 1 && data[0] !== 4)) throw new Error('only Ed25519 keys are known here');
  const digest = await sha256(join(bytesOf(`${name}\n`), data));
  if (toHex(digest.slice(0, 4)) !== id) throw new Error('the id of the verifier key is not that of its bytes');
  return { name, id, type: data[0], key: data.slice(1) };
}

/** A signed note: its text and its signature lines. */
export function parseNote(note) {
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Error('the note has control characters');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw new Error('the note has no signatures');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > 100 || lines[0] === '') throw new Error('the note has no signature or too many');
  const signatures = lines.map(line => {
    const parts = /^\u2014 ([^\s+]+) (\S+)$/u.exec(line);
    if (!parts) throw new Error('a signature line of the note is malformed');
    const data = base64(parts[2]);
    if (data.length < 5) throw new Error('a signature of the note is too short');
    return { name: parts[1], id: toHex(data.slice(0, 4)), data: data.slice(4) };
  });
  return { text: note.slice(0, split + 1), signatures };
}

async function ed25519(key, message, signature) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
  return crypto.subtle.verify({ name: 'Ed25519' }, imported, signature, message);
}

/** Whether a statement is signed by a key in a domain: what is signed is the domain, a line feed, and the statement. Key is 32 bytes. */
export async function verifyStatement(domain, key, statement, signature) {
  if (key.length !== 32 || signature.length !== 64 || !await ed25519(key, join(bytesOf(`${domain}\n`), statement), signature)) throw new Error('it is not signed by the key that it names');
}

/**
 * The records of a finding in order: each signed by the one it names, numbered from 0, of one finding, and naming the hash of the one before. Records are { text, signature }.
 * Says who signed.
 */
export async function verifyFinding(records) {
  let previous = '0'.repeat(64);
  const signers = new Set();
  for (const [i, { text: statement, signature }] of records.entries()) {
    const record = JSON.parse(statement);
    const key = Uint8Array.from(/^[0-9a-f]{64}$/.test(record.by) ? record.by.match(/../g) : [], h => Number.parseInt(h, 16));
    if (record.seq !== i || record.prev !== previous || record.finding !== JSON.parse(records[0].text).finding) throw new Error(`record ${i} does not follow: one was changed or left out`);
    try {
      await verifyStatement('subnet-finding/1', key, bytesOf(statement), signature);
    } catch (error) {
      throw new Error(`record ${i}: ${error.message}`);
    }
    previous = toHex(await sha256(bytesOf(statement)));
    signers.add(record.by);
  }
  return [...signers];
}

/** The keys, of those given, that signed a note. A bad signature by a known key refuses it. */
export async function verifyNote(note, keys) {
  const { text: body, signatures } = parseNote(note);
  const signed = [];
  for (const { name, id, data } of signatures) {
    const known = keys.filter(k => k.name === name && k.id === id);
    if (known.length > 1) throw new Error('two keys that you trust have one name and id');
    if (known.length === 0 || signed.some(s => s.key === known[0])) continue;
    const [key] = known;
    let message = bytesOf(body);
    let [signature, time] = [data, null];
    if (key.type === 4) {
      if (data.length !== 72) throw new Error(`the cosignature of ${name} is malformed`);
      time = new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0);
      if (time >= 1n << 63n) throw new Error(`the cosignature of ${name} has an impossible time`);
      message = bytesOf(`cosignature/v1\ntime ${time}\n${body}`);
      signature = data.slice(8);
    }
    if (signature.length !== 64 || !await ed25519(key.key, message, signature)) throw new Error(`the signature of ${name} does not hold`);
    signed.push({ key, time });
  }
  if (signed.length === 0) throw new Error('no key that you trust signed the checkpoint');
  return { text: body, signed };
}

/** Origin, size and root of a checkpoint's text. */
export function parseCheckpoint(body) {
  const lines = body.split('\n');
  if (lines.length < 4 || lines[lines.length - 1] !== '' || lines.slice(0, -1).some(line => line === '')) throw new Error('the checkpoint is malformed');
  if (!/^(0|[1-9][0-9]*)$/.test(lines[1]) || BigInt(lines[1]) >= 1n << 63n) throw new Error('the size of the checkpoint is malformed');
  const root = base64(lines[2]);
  if (root.length !== 32) throw new Error('the root of the checkpoint has not 32 bytes');
  return { origin: lines[0], size: BigInt(lines[1]), root };
}

/** A checkpoint that its own log signed with a key that is trusted. */
export async function openCheckpoint(note, origin, keys) {
  const { text: body, signed } = await verifyNote(note, keys);
  const checkpoint = parseCheckpoint(body);
  if (checkpoint.origin !== origin) throw new Error(`the checkpoint is of ${checkpoint.origin}, not of ${origin}`);
  if (!signed.some(s => s.key.type === 1 && s.key.name === origin)) throw new Error('the log itself did not sign the checkpoint');
  return { ...checkpoint, witnesses: signed.filter(s => s.key.type === 4) };
}

const canonical = value => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') return `{${Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
  return JSON.stringify(value);
};

// An entry has one spelling: what two readers could read differently is no entry.
function checkCanonical(entry) {
  let value;
  try {
    value = JSON.parse(entry);
  } catch {
    throw new Error('entry: it is not JSON');
  }
  if (canonical(value) !== entry) throw new Error('entry: it is not canonical JSON');
}

/**
 * A bundle file: what is disclosed stands in the log exactly so, and nothing between was left out. Keys are the log's and its witnesses'; of the witnesses at least so many
 * as the quorum must have cosigned.
 */
export async function verifyBundle(file, origin, keys, quorum = 0) {
  let bundle;
  try {
    bundle = JSON.parse(utf8.decode(file));
  } catch {
    throw new Error('format: the file is not JSON');
  }
  const members = Object.keys(bundle ?? {}).sort().join(' ');
  if (bundle?.format !== 'audit-bundle/1' || (members !== 'checkpoint format items lo proof' && members !== 'checkpoint format items lo older proof')) {
    throw new Error('format: the file is not an audit-bundle/1');
  }
  if (!Number.isSafeInteger(bundle.lo) || !Array.isArray(bundle.items) || bundle.items.length > 100000 || !Array.isArray(bundle.proof)) throw new Error('format: a member of the bundle is malformed');
  const checkpoint = await openCheckpoint(bundle.checkpoint, origin, keys);
  if (checkpoint.witnesses.length < quorum) throw new Error(`quorum: ${checkpoint.witnesses.length} witnesses cosigned, ${quorum} are needed`);
  const entries = [];
  const leaves = [];
  for (const [i, item] of bundle.items.entries()) {
    if (typeof item.entry === 'string') {
      checkCanonical(item.entry);
      entries.push({ index: bundle.lo + i, text: item.entry });
      leaves.push(await leafHash(bytesOf(item.entry)));
    } else {
      leaves.push(base64(item.leaf));
    }
  }
  await verifyRange(checkpoint.size, BigInt(bundle.lo), leaves, bundle.proof.map(base64), checkpoint.root);
  if (bundle.older) {
    const older = await openCheckpoint(bundle.older.checkpoint, origin, keys);
    await verifyConsistency(older.size, checkpoint.size, bundle.older.proof.map(base64), older.root, checkpoint.root);
  }
  return { checkpoint, entries, withheld: bundle.items.length - entries.length };
}
