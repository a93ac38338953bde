import { createServer, request as call, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Bodies } from '../../plugin/http/bodies';

let server: Server;
/** Bytes that bodies held when each call was settled. */
let bodies: Bodies;
let received: (Buffer | number)[];

beforeEach(async () => {
  received = [];
  bodies = new Bodies(3_000_000);
  server = createServer((request, response) => {
    bodies.read(request, response).then(
      (body) => {
        received.push(body);
        response.end('taken');
      },
      (error: unknown) => {
        const { status } = error as { status: number };
        received.push(status);
        response.writeHead(status).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

const port = () => (server.address() as AddressInfo).port;

/** Sends a body in pieces. @returns the status of the answer */
function send(pieces: Iterable<Buffer>, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = call({ port: port(), method: 'POST', headers }, (response) => {
      resolve(response.statusCode);
      response.resume();
    });
    sent.on('error', () => resolve(undefined));
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

/** The beginning of a call whose body never comes in whole. */
function begin(bytes: number) {
  const socket = connect(port(), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n${'x'.repeat(bytes)}`);
  return socket;
}

const settled = async (times: number) => {
  while (received.length < times) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('a body is what was sent, however it is cut', async () => {
  const whole = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
  for (const size of [1_000_000, 40_000, 16_384, 1_000, 100]) {
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
      whole.subarray(index * size, (index + 1) * size),
    );
    expect(await send(pieces)).toBe(200);
    expect(whole.equals(received.at(-1) as Buffer)).toBe(true);
  }
});

test('an empty body is empty', async () => {
  expect(await send([])).toBe(200);
  expect(received).toEqual([Buffer.alloc(0)]);
});

test('a body in thousands of pieces of a byte is refused, and the connection is closed', async () => {
  const socket = connect(port(), '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  socket.write('1\r\nx\r\n'.repeat(5_000));
  await closed;
  expect(received).toEqual([413]);
});

test('a body that says it is too long is refused before it comes', async () => {
  expect(await send([], { 'content-length': '1048577' })).toBe(413);
});

test('a body that turns out to be too long is refused', async () => {
  await send([Buffer.alloc(600_000), Buffer.alloc(600_000)]);
  expect(received).toEqual([413]);
});

test('an encoded body is refused', async () => {
  expect(await send([Buffer.from('x')], { 'content-encoding': 'gzip' })).toBe(415);
});

test('when too much is waiting, the largest goes, and small ones are taken', async () => {
  const sockets = [900_000, 950_000, 900_000].map(begin);
  while (bodies.waitingBytes < 2_750_000) await new Promise((resolve) => setTimeout(resolve, 5));
  const last = begin(400_000);
  await settled(1);
  expect(received).toEqual([503]);
  // What the others have sent may still be on its way.
  while (bodies.waitingBytes !== 2_200_000) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await send([Buffer.from('an event')])).toBe(200);
  for (const socket of [...sockets, last]) socket.destroy();
  await settled(5);
  expect(bodies.waitingBytes).toBe(0);
});

test('whoever hangs up in the middle leaves nothing behind', async () => {
  const socket = begin(1_000);
  while (bodies.waitingBytes === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  socket.destroy();
  await settled(1);
  expect(received).toEqual([400]);
  expect(bodies.waitingBytes).toBe(0);
});
