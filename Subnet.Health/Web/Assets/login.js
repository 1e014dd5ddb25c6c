// Signing in with a key that this browser made and cannot give away: WebCrypto Ed25519, kept in IndexedDB, not extractable. Its public half is what an operator allows.

const open = () => new Promise((resolve, reject) => {
  const request = indexedDB.open('subnet-keys', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('keys');
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const transact = async (mode, act) => {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const request = act(database.transaction('keys', mode).objectStore('keys'));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
};

const hex = buffer => [...new Uint8Array(buffer)].map(b => b.toString(16).padStart(2, '0')).join('');

async function ownKey() {
  const known = await transact('readonly', store => store.get('reviewer'));
  if (known) return known;
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  await transact('readwrite', store => store.put(pair, 'reviewer'));
  return pair;
}

const form = document.getElementById('login');
const own = document.getElementById('own-key');
const say = text => { document.getElementById('own-state').textContent = text; };

async function publicHex() {
  return hex(await crypto.subtle.exportKey('raw', (await ownKey()).publicKey));
}

document.getElementById('show-key')?.addEventListener('click', async () => {
  own.value = await publicHex();
  say('This is the key of this browser. Give it to the operator, who allows it.');
});

document.getElementById('sign-in')?.addEventListener('click', async () => {
  const pair = await ownKey();
  const message = new TextEncoder().encode(`subnet-message/1\n${form.elements.challenge.value}`);
  form.elements.key.value = await publicHex();
  form.elements.signature.value = hex(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, message));
  form.requestSubmit();
});
