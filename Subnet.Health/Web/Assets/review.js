// The reviewer's side of the Review pages: whom the reviewer trusts is kept in this browser and is never taken from the server; every entry that is shown is checked here.
import { base64, bytesOf, leafHash, openCheckpoint, parseKey, toHex, verifyBundle, verifyConsistency, verifyInclusion } from '../tlog.js';

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

/** Checks an entry as it is shown: its hash leads to the root of a checkpoint that the log signed with the key trusted here, which goes on from the checkpoint trusted here. */
async function verifyEntry(element) {
  const { origin, index, proof } = element.dataset;
  const keys = await keysFor(origin);
  const trusted = checkpointOf(origin);
  const old = trusted ? await openCheckpoint(trusted, origin, keys) : null;
  const sent = await get(old ? `${proof}?from=${old.size}` : proof);
  const checkpoint = await openCheckpoint(sent.checkpoint, origin, keys);
  if (old && old.size > checkpoint.size) throw new Error('the log is shorter than the checkpoint that you trust: a rollback');
  if (old) await verifyConsistency(old.size, checkpoint.size, sent.consistency.map(base64), old.root, checkpoint.root);
  const leaf = await leafHash(bytesOf(element.querySelector('[data-entry]').textContent));
  await verifyInclusion(BigInt(index), checkpoint.size, leaf, sent.inclusion.map(base64), checkpoint.root);
  kept.write(`checkpoint ${origin}`, sent.checkpoint);
  return `in the log at ${index} of ${checkpoint.size}, leaf ${toHex(leaf).slice(0, 12)}`;
}

async function verifyAll() {
  const elements = [...document.querySelectorAll('[data-verify]')];
  const summary = document.getElementById('verify-summary');
  let [good, bad] = [0, 0];
  for (const element of elements) {
    const verdict = element.querySelector('.verdict');
    element.classList.remove('verified', 'broken');
    try {
      verdict.textContent = await verifyEntry(element);
      // An entry that is in the log may still say what does not hold.
      element.classList.add('refuted' in element.dataset ? 'broken' : 'verified');
      good++;
    } catch (error) {
      verdict.textContent = error.message;
      element.classList.add('broken');
      bad++;
    }
  }
  if (summary) {
    summary.textContent = `${good} of ${elements.length} entries verified in this browser${bad > 0 ? `, ${bad} not` : ''}.`;
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

trustForms();
bundles();
document.getElementById('verify')?.addEventListener('click', verifyAll);
if (document.querySelector('[data-verify-now]')) verifyAll();
