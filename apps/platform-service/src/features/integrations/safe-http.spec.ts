import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TargetRules } from './domain/target.js';
import { type Resolve, SafeHttp, SendFailed, TargetRefused, USER_AGENT } from './safe-http.js';

/** Like production, but any scheme and port: nothing but the address can be the reason. */
const STRICT: TargetRules = { allowPrivateTargets: [], allowHttpTargets: true, targetPorts: ['*'] };
const LOOPBACK: TargetRules = { ...STRICT, allowPrivateTargets: ['127.0.0.0/8'] };
const PRODUCTION: TargetRules = { allowPrivateTargets: [], allowHttpTargets: false, targetPorts: ['443', '8443'] };

let canary: Server;
let port: number;
let connections = 0;
const servers: { close(): unknown }[] = [];
const clients: SafeHttp[] = [];

const client = (rules: TargetRules, resolve: Resolve = async () => []) => {
  const made = new SafeHttp(rules, resolve);
  clients.push(made);
  return made;
};
const listen = async (server: Server): Promise<number> => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  canary = createServer((_, response) => response.end('here'));
  canary.on('connection', () => {
    connections += 1;
  });
  port = await listen(canary);
});

afterAll(() => {
  for (const made of clients) made.onModuleDestroy();
  for (const server of servers) server.close();
});

const LITERALS = [
  // loopback in every way it can be written
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '0177.1',
  '017700000001',
  '127.0.0.1.',
  '127.255.255.254',
  '１２７.0.0.1',
  '127。0。0。1',
  '①②⑦.0.0.1',
  '%31%32%37.0.0.1',
  '0.0.0.0',
  '0',
  '0.1.2.3',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::01]',
  // other private, link-local, shared and reserved
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.1.1',
  '3232235777',
  '0xc0a80101',
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '169.254.170.2',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.254',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '168.63.129.16',
  '192.175.48.1',
  '192.52.193.1',
  // the same inside IPv6
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:10.0.0.1]',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[::127.0.0.1]',
  '[::7f00:1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a00:1]',
  '[64:ff9b:1::a00:1]',
  '[2002:7f00:1::]',
  '[2002:a00:1::1]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:53aa:64c::f5ff:fffe]',
  '[2001::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fd12:3456:789a::1]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[3fff::1]',
  '[2001:2::1]',
  '[2001:10::1]',
  '[2001:20::1]',
  '[5f00::1]',
  '[4000::1]',
];

const NAMES = [
  'localhost',
  'localhost.',
  'LOCALHOST',
  'foo.localhost',
  'metadata.google.internal',
  'metadata.google.internal.',
  'instance-data.ec2.internal',
  'metadata',
  'printer.local',
  'router.lan',
  'kubernetes.default.svc.cluster.local',
  'nas.home.arpa',
  'postgres',
  'nats',
  'db.corp',
  'hidden.onion',
];

/** Public by name, but not where the name leads. */
const RESOLVED: Record<string, string[]> = {
  'one-private.example.com': ['93.184.216.34', '10.0.0.1'],
  'private-first.example.com': ['127.0.0.1', '93.184.216.34'],
  'loopback.example.com': ['127.0.0.1'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'six-loopback.example.com': ['::1'],
  'metadata.example.com': ['169.254.169.254'],
  'shared.example.com': ['100.64.1.1'],
  'unique-local.example.com': ['fd00::1'],
  'teredo.example.com': ['2001:0:53aa:64c::1'],
  'six-to-four.example.com': ['2002:7f00:1::1'],
  'nat64.example.com': ['64:ff9b::7f00:1'],
  'scoped.example.com': ['fe80::1%1'],
  'nonsense.example.com': ['not an address'],
};

describe('nothing that is not public is ever connected to', () => {
  const refused: [string, string][] = [
    ...LITERALS.map((host): [string, string] => [`http://${host}:PORT/hook`, 'address']),
    ...NAMES.map((host): [string, string] => [`http://${host}:PORT/hook`, 'host']),
    ...Object.keys(RESOLVED).map((host): [string, string] => [`http://${host}:PORT/hook`, 'address']),
    ...Object.keys(RESOLVED).map((host): [string, string] => [`https://${host}.:PORT/hook`, 'address']),
    ['http://user@93.184.216.34:PORT/', 'credentials'],
    ['http://user:secret@127.0.0.1:PORT/', 'credentials'],
    ['http://93.184.216.34@127.0.0.1:PORT/', 'credentials'],
    ['http://:secret@127.0.0.1:PORT/', 'credentials'],
    ['http://127.0.0.1:PORT\\@93.184.216.34/', 'address'],
    ['http:\\\\127.0.0.1:PORT/', 'address'],
    ['http:127.0.0.1:PORT/', 'address'],
    ['ftp://127.0.0.1:PORT/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['gopher://127.0.0.1:PORT/_x', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['data:text/plain,x', 'scheme'],
    ['ws://127.0.0.1:PORT/', 'scheme'],
    ['unix:///var/run/docker.sock', 'scheme'],
    ['http://', 'url'],
    ['//127.0.0.1:PORT/', 'url'],
    ['127.0.0.1:PORT', 'url'],
    ['http://127.0.0.1:99999/', 'url'],
    ['http://256.256.256.256/', 'url'],
    [`http://127.0.0.1:PORT/${'a'.repeat(2_000)}`, 'url'],
    ['', 'url'],
  ];

  test('more than 80 URLs: not one connection, each with its reason', async () => {
    expect(refused.length).toBeGreaterThan(80);
    const before = connections;
    const http = client(STRICT, async (host) => RESOLVED[host] ?? []);
    const wrong: string[] = [];
    for (const [pattern, expected] of refused) {
      const url = pattern.replace('PORT', String(port));
      const outcome = await http.send({ url }).then(
        (answer) => `answered ${answer.status}`,
        (error) => (error instanceof TargetRefused ? error.problem : `failed: ${(error as Error).message}`),
      );
      if (outcome !== expected) wrong.push(`${url}: ${outcome} instead of ${expected}`);
    }
    expect(wrong).toEqual([]);
    expect(connections).toBe(before);
  });

  test('a name that answers with a public address first and a private one later is refused at the later one', async () => {
    // Stands for a public one, so that no test speaks to the outside.
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    const rules = { ...STRICT, allowPrivateTargets: ['127.0.0.2/32'] };
    const http = client(rules, async () => answers.shift() ?? ['127.0.0.1']);
    const before = connections;
    const url = `http://rebind.example.com:${port}/`;
    http.check(url);
    await expect(http.send({ url })).rejects.toMatchObject({ problem: 'connection' });
    await expect(http.send({ url })).rejects.toMatchObject({ problem: 'address' });
    expect(connections).toBe(before);
  });

  test('in production only https on the ports that are allowed', () => {
    const http = client(PRODUCTION);
    const problem = (url: string) => {
      try {
        http.check(url);
        return 'fine';
      } catch (error) {
        return (error as TargetRefused).problem;
      }
    };
    expect(problem('https://example.com/hook')).toBe('fine');
    expect(problem('https://example.com:8443/hook')).toBe('fine');
    expect(problem('https://1.1.1.1/hook')).toBe('fine');
    expect(problem('https://[2606:4700::1111]/hook')).toBe('fine');
    expect(problem('http://example.com/hook')).toBe('scheme');
    for (const refusedPort of [22, 25, 80, 3306, 5432, 6379, 4222, 8080]) {
      expect(problem(`https://example.com:${refusedPort}/`)).toBe('port');
    }
  });
});

describe('what is connected to gets little', () => {
  test('a redirect is an answer and is not followed', async () => {
    const redirecting = createServer((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${port}/`, 'set-cookie': 'a=1' }).end(),
    );
    const from = await listen(redirecting);
    const before = connections;
    const http = client(LOOPBACK);
    const answer = await http.send({ url: `http://127.0.0.1:${from}/` });
    expect(answer.status).toBe(302);
    expect(connections).toBe(before);
  });

  test('a fixed user agent, no cookies, nothing but what was asked for', async () => {
    const seen: Record<string, unknown>[] = [];
    const at = await listen(
      createServer((request, response) => {
        seen.push({ ...request.headers });
        response.writeHead(200, { 'set-cookie': 'session=1' }).end();
      }),
    );
    const http = client(LOOPBACK);
    const request = { url: `http://127.0.0.1:${at}/`, method: 'POST' as const, headers: { 'x-one': '1' }, body: '{}' };
    await http.send(request);
    await http.send(request);
    const expected = { host: `127.0.0.1:${at}`, connection: 'keep-alive', 'user-agent': USER_AGENT };
    expect(seen).toEqual([1, 2].map(() => ({ ...expected, 'content-length': '2', 'x-one': '1' })));
  });

  test('no more than 64 kB is read', async () => {
    const at = await listen(createServer((_, response) => response.end('x'.repeat(1_000_000))));
    const answer = await client(LOOPBACK).send({ url: `http://127.0.0.1:${at}/` });
    expect([answer.body.length, answer.truncated]).toEqual([65_536, true]);
  });

  test('a server that never answers, or never ends, is left in time', async () => {
    const silent = await listen(createServer(() => undefined));
    const endless = await listen(createServer((_, response) => void response.writeHead(200).write('x')));
    const http = client(LOOPBACK);
    for (const at of [silent, endless]) {
      const started = Date.now();
      await expect(http.send({ url: `http://127.0.0.1:${at}/`, timeoutMs: 100 })).rejects.toMatchObject({
        problem: 'timeout',
      });
      expect(Date.now() - started).toBeLessThan(2_000);
    }
  });

  test('a certificate that nobody vouches for, a refused connection and garbage fail without telling details', async () => {
    const garbage = createTcpServer((socket) => socket.end('nonsense\r\n\r\n'));
    servers.push(garbage);
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    const at = (garbage.address() as AddressInfo).port;
    const http = client(LOOPBACK);
    for (const url of [`https://127.0.0.1:${at}/`, `http://127.0.0.1:${at}/`, 'http://127.0.0.1:1/']) {
      const error = await http.send({ url }).catch((failure) => failure);
      expect(error).toBeInstanceOf(SendFailed);
      expect((error as Error).message).not.toMatch(/127|ECONN|:\d+/);
    }
  });

  test('a connection that the other side closed meanwhile is opened again', async () => {
    const server = createServer((_, response) => response.end('ok'));
    server.keepAliveTimeout = 1;
    const at = await listen(server);
    const http = client(LOOPBACK);
    for (let round = 0; round < 5; round++) {
      expect((await http.send({ url: `http://127.0.0.1:${at}/` })).status).toBe(200);
      server.closeIdleConnections();
    }
  });

  test('a name that leads where the configuration allows is connected to', async () => {
    const http = client(LOOPBACK, async () => ['127.0.0.1']);
    const answer = await http.send({ url: `http://hook.example.com:${port}/` });
    expect(answer.body.toString()).toBe('here');
  });
});
