import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { keptBriefly } from '../../plugin/core/keptConnections';
import { until } from '../support/until';

let server: Server;
let connections: Socket[];
let now: number;
/** What happens while a call is under way. */
let meanwhile: () => void;
let agent: Agent;

beforeEach(async () => {
  connections = [];
  now = 1_000_000;
  meanwhile = () => undefined;
  server = createServer((_, response) => {
    meanwhile();
    response.end('taken');
  });
  server.on('connection', (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  agent = keptBriefly(new Agent({ keepAlive: true }), () => now);
});

afterEach(() => {
  agent.destroy();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

function call(): Promise<number> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', agent, method: 'POST' }, (response) => {
      response.resume().once('close', () => resolve(response.statusCode ?? 0));
    })
      .once('error', reject)
      .end('a message');
  });
}

test('calls that follow each other share a connection', async () => {
  for (let count = 0; count < 3; count += 1) expect(await call()).toBe(200);
  expect(connections).toHaveLength(1);
});

test('what was idle for a while is not used, even where no timer could run meanwhile', async () => {
  await call();
  now += 500;
  await call();
  expect(connections).toHaveLength(2);
  now -= 60_000;
  await call();
  expect(connections).toHaveLength(3);
});

test('an idle connection is closed by this side, long before the other one would', async () => {
  await call();
  await until(() => connections[0]?.destroyed === true, 'the connection to be closed');
});

test('a server that says it keeps a connection for a second only gets a new one for each call', async () => {
  server.keepAliveTimeout = 1_000;
  await call();
  await call();
  expect(connections).toHaveLength(2);
});

test('after a call in which this process may have stood still, the connection is not kept', async () => {
  meanwhile = () => (now += 6_000);
  await call();
  meanwhile = () => undefined;
  await call();
  expect(connections).toHaveLength(2);
});

test('when the clock was set back, no connection that was closed is taken for one that stands', async () => {
  await Promise.all([call(), call()]);
  now += 100;
  await call();
  now -= 150;
  expect(await Promise.all([call(), call()])).toEqual([200, 200]);
});

test('a connection does not last, however often it is used', async () => {
  for (let passed = 0; passed <= 30_000; passed += 400) {
    await call();
    now += 400;
  }
  await call();
  expect(connections).toHaveLength(2);
});
