// The reviewer's side of the Review pages: whom the reviewer trusts is kept in this browser and is never taken from the server; every entry that is shown is checked here.
import { base64, bytesOf, leafHash, openCheckpoint, parseKey, sha256, toHex, verifyBundle, verifyConsistency, verifyFinding, verifyInclusion, verifyStatement } from '../tlog.js';

const kept = {
  read: name => { try { return localStorage.getItem(name); } catch { return null; } },
  write: (name, value) => localStorage.setItem(name, value),
  drop: name => localStorage.removeItem(name),
};

const keyOf = origin => kept.read(`log-key ${origin}`);
const checkpointOf = origin => kept.read(`checkpoint ${origin}`);

async function keysFor(origin) {
  const line = keyOf(origin);
  if (!line) throw new Error('you trust no key of this log yet: see Logs');
  const key = await parseKey(line);
  if (key.name !== origin) throw new Error('the key that you trust is of another log');
  return [key];
}

async function get(address) {
  const answer = await fetch(address, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`the server gave no proof (${answer.status})`);
  return answer.json();
}

/** The newest checkpoint of a log, signed with the key trusted here and going on from the checkpoint accepted here before. The proof comes with it. */
async function acceptNewest(origin, address) {
  const keys = await keysFor(origin);
  const trusted = checkpointOf(origin);
  const old = trusted ? await openCheckpoint(trusted, origin, keys) : null;
  const sent = await get(old ? `${address}?from=${old.size}` : address);
  const checkpoint = await openCheckpoint(sent.checkpoint, origin, keys);
  if (old && old.size > checkpoint.size) throw new Error('the log is shorter than the checkpoint that you trust: a rollback');
  if (old) await verifyConsistency(old.size, checkpoint.size, sent.consistency.map(base64), old.root, checkpoint.root);
  kept.write(`checkpoint ${origin}`, sent.checkpoint);
  return { sent, checkpoint };
}

/** An entry as it is shown: its hash leads to the root that the log signed; and whoever signed a statement in it did. */
async function verifyEntry(element) {
  const { origin, index, proof, signed } = element.dataset;
  const { sent, checkpoint } = await acceptNewest(origin, proof);
  const leaf = await leafHash(bytesOf(element.querySelector('[data-entry]').textContent));
  await verifyInclusion(BigInt(index), checkpoint.size, leaf, sent.inclusion.map(base64), checkpoint.root);
  const signatures = signed ? JSON.parse(signed) : [];
  for (const { domain, statement, key, signature } of signatures) await verifyStatement(domain, base64(key), base64(statement), base64(signature));
  return `in the log at ${index} of ${checkpoint.size}, leaf ${toHex(leaf).slice(0, 12)}${signatures.length > 0 ? `; ${signatures.length} of ${signatures.length} signatures hold` : ''}`;
}

/** The signed header of a block: it has the id that the link names, and stands in the ledger's log. What the block says follows by executing it. */
async function verifyBlock(element) {
  const { origin, index, proof, hash } = element.dataset;
  const { sent, checkpoint } = await acceptNewest(origin, proof);
  const header = base64(sent.entry);
  if (hash && toHex(await sha256(header)) !== hash) throw new Error('the block that was sent is not the one that the link names');
  await verifyInclusion(BigInt(index), checkpoint.size, await leafHash(header), sent.inclusion.map(base64), checkpoint.root);
  return `block ${BigInt(index) + 1n} is in the ledger that the sequencer signed, of ${checkpoint.size}`;
}

/** The model card hashes to what the query's entry names as its model. */
async function verifyCard(element) {
  const { proof, hash } = element.dataset;
  const answer = await fetch(proof);
  if (!answer.ok) throw new Error(`the server gave no card (${answer.status})`);
  const found = toHex(await sha256(new Uint8Array(await answer.arrayBuffer())));
  if (found !== hash) throw new Error('the card that was sent has another hash');
  const named = [...document.querySelectorAll('[data-verify=entry] [data-entry]')].map(entry => JSON.parse(entry.textContent)).filter(entry => entry.type === 'query.sent').map(entry => entry.model?.commit);
  if (named.length === 0 || named.some(commit => commit !== hash)) throw new Error('the query names another model');
  return `its hash is ${hash.slice(0, 12)}, as in the query`;
}

/** A log's tree: signed, and it goes on from what this browser accepted before. */
async function verifyTree(element) {
  const { checkpoint } = await acceptNewest(element.dataset.origin, element.dataset.proof);
  return `${checkpoint.size} entries, root ${toHex(checkpoint.root).slice(0, 12)}, signed by the key that you trust`;
}

const checks = { entry: verifyEntry, block: verifyBlock, card: verifyCard, tree: verifyTree };

// The picture of the chain says what this browser found, not what the server said.
function mark(element, isGood) {
  const bead = element.id && document.querySelector(`svg.chain a[href="#${element.id}"]`);
  if (!bead) return;
  bead.querySelector('circle').classList.remove('checked', 'refuted');
  bead.querySelector('circle').classList.add(isGood ? 'checked' : 'refuted');
  bead.querySelector('text').textContent = isGood ? '\u2713' : '\u2715';
  bead.setAttribute('aria-label', `${bead.getAttribute('aria-label').split(';')[0]}; ${isGood ? 'verified in this browser' : 'refuted in this browser'}`);
}

async function verifyAll() {
  const elements = [...document.querySelectorAll('[data-verify]')];
  const summary = document.getElementById('verify-summary');
  let [good, bad] = [0, 0];
  for (const element of elements) {
    const verdict = element.querySelector('.verdict');
    element.classList.remove('verified', 'broken');
    try {
      verdict.textContent = await checks[element.dataset.verify](element);
      // An entry that is in the log may still say what does not hold.
      const isRefuted = 'refuted' in element.dataset;
      element.classList.add(isRefuted ? 'broken' : 'verified');
      mark(element, !isRefuted);
      good++;
    } catch (error) {
      verdict.textContent = error.message;
      element.classList.add('broken');
      mark(element, false);
      bad++;
    }
  }
  if (summary) {
    const what = document.querySelector('svg.chain') ? 'links' : 'entries';
    summary.textContent = `${good} of ${elements.length} ${what} verified in this browser${bad > 0 ? `, ${bad} not` : ''}.`;
    summary.className = `notice ${bad > 0 ? 'bad' : 'good'}`;
  }
}

function trustForms() {
  for (const form of document.querySelectorAll('form.trust')) {
    const { origin } = form.dataset;
    const [key, state] = [form.querySelector('[name=key]'), form.querySelector('.state')];
    const show = () => {
      const trusted = keyOf(origin);
      state.textContent = trusted ? 'trusted in this browser' : 'not trusted yet';
      state.className = `state tag ${trusted ? 'good' : 'warn'}`;
      if (trusted) key.value = trusted;
    };
    form.addEventListener('submit', async event => {
      event.preventDefault();
      try {
        const parsed = await parseKey(key.value.trim());
        if (parsed.name !== origin || parsed.type !== 1) throw new Error('that key is not one of this log');
        if (keyOf(origin) && keyOf(origin) !== key.value.trim()) kept.drop(`checkpoint ${origin}`);
        kept.write(`log-key ${origin}`, key.value.trim());
        show();
      } catch (error) {
        state.textContent = error.message;
        state.className = 'state tag bad';
      }
    });
    form.querySelector('.forget').addEventListener('click', () => {
      kept.drop(`log-key ${origin}`);
      kept.drop(`checkpoint ${origin}`);
      show();
    });
    show();
  }
}

function bundles() {
  const form = document.getElementById('bundle');
  form?.addEventListener('submit', async event => {
    event.preventDefault();
    const result = document.getElementById('bundle-result');
    const list = document.getElementById('bundle-entries');
    list.replaceChildren();
    try {
      const key = await parseKey(form.elements.key.value.trim());
      const file = new Uint8Array(await form.elements.file.files[0].arrayBuffer());
      const { checkpoint, entries, withheld } = await verifyBundle(file, key.name, [key]);
      result.className = 'notice good';
      result.textContent = `Sound: ${entries.length} entries disclosed and ${withheld} withheld, under a checkpoint of ${checkpoint.size} entries that ${key.name} signed. The file did not leave this browser.`;
      for (const entry of entries.slice(0, 500)) {
        const item = document.createElement('li');
        const code = document.createElement('code');
        code.textContent = entry.text;
        item.append(`${entry.index}: `, code);
        list.append(item);
      }
    } catch (error) {
      result.className = 'notice bad';
      result.textContent = `Not sound: ${error.message}`;
    }
  });
}

// Signatures and chain of reviewers' findings; who the signers are is for the reviewer to know.
async function cases() {
  for (const element of document.querySelectorAll('[data-case]')) {
    const verdict = element.querySelector('.verdict');
    try {
      const records = [...element.querySelectorAll('[data-record]')].map(record => ({
        text: record.querySelector('[data-entry]').textContent,
        signature: base64(record.dataset.signature),
      }));
      const signers = await verifyFinding(records);
      verdict.textContent = `${records.length} signed ${records.length === 1 ? 'record' : 'records'} by ${signers.length} ${signers.length === 1 ? 'key' : 'keys'}, chain holds`;
      verdict.classList.add('good');
    } catch (error) {
      verdict.textContent = error.message;
      verdict.classList.add('bad');
    }
  }
}

trustForms();
bundles();
cases();
document.getElementById('verify')?.addEventListener('click', verifyAll);
if (document.querySelector('[data-verify-now]')) verifyAll();
