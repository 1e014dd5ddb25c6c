// The client and the server of the official interoperability tests on @grpc/grpc-js.
//   node grpc_test_service.js server [ca cert key]       prints its port, serves until its input ends
//   node grpc_test_service.js client ADDRESS [ca cert key]   runs the cases, one JSON line each: {"case", "error"}
'use strict';

const assert = require('assert');
const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const testing = grpc.loadPackageDefinition(
  loader.loadSync(path.join(__dirname, 'interop_test.proto'), { keepCase: true, defaults: true, longs: Number })).grpc.testing;

const INITIAL = 'x-grpc-test-echo-initial';
const TRAILING = 'x-grpc-test-echo-trailing-bin';
const SPECIAL = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
const payload = size => ({ body: Buffer.alloc(size) });

function echoMetadata(call) {
  const initial = call.metadata.get(INITIAL);
  if (initial.length > 0) {
    const headers = new grpc.Metadata();
    headers.set(INITIAL, initial[0]);
    call.sendMetadata(headers);
  }
  const trailers = new grpc.Metadata();
  for (const value of call.metadata.get(TRAILING)) trailers.add(TRAILING, value);
  return trailers;
}

const failure = (status, trailers) => Object.assign(new Error(status.message), { code: status.code, details: status.message, metadata: trailers });

async function send(call, request, trailers) {
  if (request.response_status) {
    call.emit('error', failure(request.response_status, trailers));
    return false;
  }
  for (const wanted of request.response_parameters) {
    if (wanted.interval_us > 0) await new Promise(done => setTimeout(done, wanted.interval_us / 1000));
    if (!call.write({ payload: payload(wanted.size) })) await new Promise(done => call.once('drain', done));
  }
  return true;
}

const implementation = {
  EmptyCall: (call, callback) => callback(null, {}, echoMetadata(call)),
  UnaryCall: (call, callback) => {
    const trailers = echoMetadata(call);
    if (call.request.response_status) callback(failure(call.request.response_status, trailers));
    else callback(null, { payload: payload(call.request.response_size) }, trailers);
  },
  StreamingInputCall: (call, callback) => {
    let sum = 0;
    call.on('data', request => { sum += request.payload.body.length; });
    call.on('end', () => callback(null, { aggregated_payload_size: sum }));
  },
  StreamingOutputCall: async call => { if (await send(call, call.request)) call.end(); },
  FullDuplexCall: call => {
    const trailers = echoMetadata(call);
    let last = Promise.resolve(true);
    call.on('data', request => { last = last.then(going => going && send(call, request, trailers)); });
    call.on('end', () => last.then(going => { if (going) call.end(trailers); }));
  },
};

function serve(files) {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  server.addService(testing.TestService.service, implementation);
  const credentials = files.length === 0
    ? grpc.ServerCredentials.createInsecure()
    : grpc.ServerCredentials.createSsl(
      fs.readFileSync(files[0]), [{ cert_chain: fs.readFileSync(files[1]), private_key: fs.readFileSync(files[2]) }], true);
  server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
    if (error) throw error;
    console.log(port);
  });
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}

function credentialsOf(files) {
  if (files.length === 0) return grpc.credentials.createInsecure();
  const [ca, certificate, key] = files.map(file => fs.readFileSync(file));
  return grpc.credentials.createSsl(ca, key, certificate);
}

const connect = (address, files, options = {}) =>
  new testing.TestService(address, credentialsOf(files), { 'grpc.max_receive_message_length': -1, ...options });

const unary = (client, method, request, metadata = new grpc.Metadata(), options = {}) => new Promise((resolve, reject) => {
  const seen = {};
  const call = client[method](request, metadata, options, (error, response) => {
    if (error) reject(Object.assign(error, { seen }));
    else setImmediate(() => resolve({ response, ...seen }));
  });
  call.on('metadata', value => { seen.headers = value; });
  call.on('status', value => { seen.status = value; });
});

// Reads a stream to its status; onData may write.
const drain = (call, onData = () => {}) => new Promise(resolve => {
  const responses = [];
  const seen = { responses };
  call.on('metadata', value => { seen.headers = value; });
  call.on('data', value => { responses.push(value); onData(value, responses.length); });
  call.on('error', () => {});
  call.on('status', status => resolve({ ...seen, status }));
});

const code = promise => promise.then(() => { throw new Error('expected a status other than OK'); }, error => {
  if (error.code === undefined) throw error;
  return error;
});

const sizes = [[27182, 31415], [8, 9], [1828, 2653], [45904, 58979]];
const output = (...list) => ({ response_parameters: list.map(size => ({ size })) });

function cases(address, files) {
  const client = connect(address, files);
  const zipped = connect(address, files, { 'grpc.default_compression_algorithm': 2 });
  return {
    empty_unary: async () => { await unary(client, 'EmptyCall', {}); },
    large_unary: async () => {
      const { response } = await unary(client, 'UnaryCall', { response_size: 314159, payload: payload(271828) });
      assert.strictEqual(response.payload.body.length, 314159);
    },
    client_streaming: () => new Promise((resolve, reject) => {
      const call = client.StreamingInputCall((error, response) => {
        if (error) reject(error);
        else resolve(assert.strictEqual(response.aggregated_payload_size, 74922));
      });
      for (const [request] of sizes) call.write({ payload: payload(request) });
      call.end();
    }),
    server_streaming: async () => {
      const { responses, status } = await drain(client.StreamingOutputCall(output(...sizes.map(pair => pair[1]))));
      assert.deepStrictEqual(responses.map(r => r.payload.body.length), sizes.map(pair => pair[1]));
      assert.strictEqual(status.code, 0);
    },
    ping_pong: async () => {
      const call = client.FullDuplexCall();
      const ask = i => call.write({ ...output(sizes[i][1]), payload: payload(sizes[i][0]) });
      ask(0);
      const { responses, status } = await drain(call, (_, n) => (n < sizes.length ? ask(n) : call.end()));
      assert.deepStrictEqual(responses.map(r => r.payload.body.length), sizes.map(pair => pair[1]));
      assert.strictEqual(status.code, 0);
    },
    empty_stream: async () => {
      const call = client.FullDuplexCall();
      call.end();
      const { responses, status } = await drain(call);
      assert.strictEqual(responses.length, 0);
      assert.strictEqual(status.code, 0);
    },
    cancel_after_begin: async () => {
      const error = await code(new Promise((resolve, reject) => {
        const call = client.StreamingInputCall((failed, response) => (failed ? reject(failed) : resolve(response)));
        call.cancel();
      }));
      assert.strictEqual(error.code, 1);
    },
    cancel_after_first_response: async () => {
      const call = client.FullDuplexCall();
      call.write({ ...output(31415), payload: payload(27182) });
      const { status } = await drain(call, () => call.cancel());
      assert.strictEqual(status.code, 1);
    },
    timeout_on_sleeping_server: async () => {
      const call = client.FullDuplexCall({ deadline: Date.now() + 1 });
      call.write({ response_parameters: [{ size: 1, interval_us: 500000 }], payload: payload(27182) });
      const { status } = await drain(call);
      assert.strictEqual(status.code, 4);
    },
    custom_metadata: async () => {
      const metadata = () => {
        const value = new grpc.Metadata();
        value.set(INITIAL, 'test_initial_metadata_value');
        value.set(TRAILING, Buffer.from('ababab', 'hex'));
        return value;
      };
      const check = ({ headers, status }) => {
        assert.deepStrictEqual(headers.get(INITIAL), ['test_initial_metadata_value']);
        assert.deepStrictEqual(status.metadata.get(TRAILING), [Buffer.from('ababab', 'hex')]);
      };
      check(await unary(client, 'UnaryCall', { response_size: 314159, payload: payload(271828) }, metadata()));
      const call = client.FullDuplexCall(metadata());
      call.write({ ...output(314159), payload: payload(271828) });
      call.end();
      check(await drain(call));
    },
    status_code_and_message: async () => {
      const response_status = { code: 2, message: 'test status message' };
      const error = await code(unary(client, 'UnaryCall', { response_status }));
      assert.deepStrictEqual([error.code, error.details], [2, 'test status message']);
      const call = client.FullDuplexCall();
      call.write({ response_status });
      call.end();
      const { status } = await drain(call);
      assert.deepStrictEqual([status.code, status.details], [2, 'test status message']);
    },
    special_status_message: async () => {
      const error = await code(unary(client, 'UnaryCall', { response_status: { code: 2, message: SPECIAL } }));
      assert.deepStrictEqual([error.code, error.details], [2, SPECIAL]);
    },
    unimplemented_method: async () => {
      assert.strictEqual((await code(unary(client, 'UnimplementedCall', {}))).code, 12);
    },
    unimplemented_service: async () => {
      const other = new testing.UnimplementedService(address, credentialsOf(files));
      assert.strictEqual((await code(unary(other, 'UnimplementedCall', {}))).code, 12);
    },
    client_compressed_unary: async () => {
      const request = { response_size: 314159, payload: payload(271828), expect_compressed: { value: true } };
      assert.strictEqual((await code(unary(client, 'UnaryCall', request))).code, 3);
      const { response } = await unary(zipped, 'UnaryCall', request);
      assert.strictEqual(response.payload.body.length, 314159);
      await unary(client, 'UnaryCall', { ...request, expect_compressed: { value: false } });
    },
    server_compressed_unary: async () => {
      for (const value of [true, false]) {
        const { response } = await unary(client, 'UnaryCall', { response_size: 314159, payload: payload(271828), response_compressed: { value } });
        assert.strictEqual(response.payload.body.length, 314159);
      }
    },
    client_compressed_streaming: () => new Promise((resolve, reject) => {
      const call = zipped.StreamingInputCall((error, response) => {
        if (error) reject(error);
        else resolve(assert.strictEqual(response.aggregated_payload_size, 73086));
      });
      call.write({ payload: payload(27182), expect_compressed: { value: true } });
      call.write({ payload: payload(45904), expect_compressed: { value: true } });
      call.end();
    }),
    server_compressed_streaming: async () => {
      const { responses, status } = await drain(client.StreamingOutputCall({
        response_parameters: [{ size: 31415, compressed: { value: true } }, { size: 92653, compressed: { value: false } }] }));
      assert.deepStrictEqual(responses.map(r => r.payload.body.length), [31415, 92653]);
      assert.strictEqual(status.code, 0);
    },
    concurrent_large_unary: async () => {
      await Promise.all(Array.from({ length: 100 }, () => unary(client, 'UnaryCall', { response_size: 314159, payload: payload(271828) })));
    },
    large_key_upload: async () => {
      const { response } = await unary(client, 'UnaryCall', { response_size: 1, payload: payload(40 << 20) });
      assert.strictEqual(response.payload.body.length, 1);
    },
    oversized_message: async () => {
      const error = await code(new Promise((resolve, reject) => {
        const call = client.StreamingInputCall((failed, response) => (failed ? reject(failed) : resolve(response)));
        call.write({ payload: payload(5 << 20) });
        call.end();
      }));
      assert.strictEqual(error.code, 8);
    },
    // What is refused while it is on its way must leave the connection as it was: the next call on it is answered, large or not.
    refused_uploads_leave_the_connection: async () => {
      const own = connect(address, files, { 'grpc.use_local_subchannel_pool': 1 });
      for (const size of [16, 24, 40]) {
        const error = await code(new Promise((resolve, reject) => {
          const call = own.StreamingInputCall({ deadline: Date.now() + 30000 }, (failed, response) => (failed ? reject(failed) : resolve(response)));
          call.write({ payload: payload(size << 20) });
          call.end();
        }));
        assert.strictEqual(error.code, 8, `${size} MiB: ${error.message}`);
        const { response } = await unary(
          own, 'UnaryCall', { response_size: 314159, payload: payload(271828) }, new grpc.Metadata(), { deadline: Date.now() + 30000 });
        assert.strictEqual(response.payload.body.length, 314159);
      }
      own.close();
    },
  };
}

async function run(address, files) {
  for (const [name, test] of Object.entries(cases(address, files))) {
    let error = null;
    try {
      await test();
    } catch (failed) {
      error = String(failed.stack ?? failed);
    }
    console.log(JSON.stringify({ case: name, error }));
  }
  process.exit(0);
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'server') serve(rest);
else run(rest[0], rest.slice(1));
