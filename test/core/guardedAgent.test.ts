import axios from 'axios';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardedAgents } from '../../plugin/core/guardedAgent';
import { transportFault } from '../../plugin/core/transport';

let server: Server;
let connections = 0;
let calls = 0;
let bytes = 0;

beforeEach(async () => {
  [connections, calls, bytes] = [0, 0, 0];
  server = createServer((_, response) => {
    calls += 1;
    response.end('done');
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('data', (piece: Buffer) => (bytes += piece.length));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const call = (mayCall: () => Promise<boolean>) =>
  axios.post(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, 'words', {
    ...guardedAgents(mayCall),
    proxy: false,
    timeout: 5_000,
  });

test('it is asked once the connection stands, and the call goes out', async () => {
  let asked = 0;
  const mayCall = () => {
    asked += 1;
    return Promise.resolve(true);
  };
  expect((await call(mayCall)).data).toBe('done');
  await call(mayCall);
  expect([asked, connections, calls]).toEqual([2, 2, 2]);
});

test('a call that is of another process by then is stopped before its first byte, and certainly had no effect', async () => {
  const fault: unknown = await call(() => Promise.resolve(false)).catch((error: unknown) => error);
  expect(transportFault(fault)).toEqual({ code: 'ETAKENOVER', neverConnected: true });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([connections, calls, bytes]).toEqual([1, 0, 0]);
});

test('a connection that cannot be had is told as before', async () => {
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const agents = guardedAgents(() => Promise.resolve(true));
  const fault: unknown = await axios
    .get(`http://127.0.0.1:${port}/`, { ...agents, proxy: false })
    .catch((error: unknown) => error);
  expect(transportFault(fault)).toEqual({ code: 'ECONNREFUSED', neverConnected: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
