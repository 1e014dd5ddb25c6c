// An encrypted query from a program that shares nothing with the miner's but the documents: gRPC by @grpc/grpc-js, keys, encryption
// and decryption in keyless.js.
//
//   node client.js HOST:PORT TOKEN_FILE MODEL '[1, 5, 7, -2]'
//
// TOKEN_FILE holds one access token for this miner in hexadecimal (`subnet clinic keygen --export`). The integers are one patient's
// encoded features as the card's `query.encoding` says, the constant 1 first. Prints one JSON object.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const { KeylessQuery } = require('./keyless');

const proto = path.join(__dirname, '..', '..', 'Subnet.Health', 'Rpc', 'inference.proto');
const { Inference } = grpc.loadPackageDefinition(loader.loadSync(proto, { keepCase: true, bytes: Buffer })).subnet.v1;

const call = (client, method, request) => new Promise((resolve, reject) =>
  client[method](request, { deadline: Date.now() + 30000 }, (error, reply) => error ? reject(error) : resolve(reply)));

async function main([address, tokenFile, model, integers]) {
  if (!integers) throw new Error("usage: node client.js HOST:PORT TOKEN_FILE MODEL '[1, 5, 7, -2]'");
  const client = new Inference(address, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': 32 << 20 });
  const { cards } = await call(client, 'Models', {});
  const found = cards.map((card) => ({ hash: card.hash, text: card.canonical, json: JSON.parse(card.canonical) })).find((card) => card.json.id === model);
  if (!found) throw new Error(`the miner serves ${cards.length} models and none is called ${model}`);
  if (!crypto.createHash('sha256').update(found.text).digest().equals(found.hash)) throw new Error('the card is not what its hash names');

  const query = new KeylessQuery(found.json, found.hash, [JSON.parse(integers)]);
  const reply = await call(client, 'Query', {
    query: query.bytes,
    event: crypto.randomBytes(16),
    token: Buffer.from(fs.readFileSync(tokenFile, 'utf8').trim(), 'hex'),
  });
  client.close();
  if (!reply.answer) throw new Error(`the miner refuses: ${reply.refusal.statement}`);
  const receipt = JSON.parse(reply.answer.receipt);
  const isReceipt = receipt.in === query.request.toString('hex')
    && receipt.out === crypto.createHash('sha256').update(reply.answer.reply).digest('hex') && receipt.model === found.hash.toString('hex');
  if (!isReceipt) throw new Error('the receipt is for something else');
  const answers = query.decrypt(reply.answer.reply).slice(0, found.json.query.classes);
  console.log(JSON.stringify({
    model, answers: answers.map(String), scores: answers.map((answer) => Number(answer) / 2 ** found.json.query.scale_bits), receipt,
    query_bytes: query.bytes.length, reply_bytes: reply.answer.reply.length,
  }));
}

main(process.argv.slice(2)).catch((error) => { console.error(error.message); process.exit(1); });
