import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '@kit/local-servers';
import { parse } from 'yaml';
import { isCommands, pages } from './markdown.js';
import { isInSource } from './references.js';

const compose = parse(readFileSync(path.join(root, 'docker-compose.yml'), 'utf8')) as { services: object };
const commands = pages().flatMap(({ file, blocks }) =>
  blocks.filter(isCommands).flatMap(({ text }) => text.split('\n').map((command) => ({ file, command }))),
);

/** Options of `docker compose …` that take a value. */
const WITH_VALUE = ['--since', '--tail', '--user', '--file', '--profile'];

/** What `docker compose` is asked for, and of which services. */
function asked(command: string): { verb: string; services: string[] } | null {
  const words = command.replace(/\s+[#|].*$/, '').split(/\s+/);
  if (words[0] !== 'docker' || words[1] !== 'compose') return null;
  const plain = words
    .slice(2)
    .filter((word, n, all) => !word.startsWith('-') && !WITH_VALUE.includes(all[n - 1] ?? ''));
  const [verb = '', ...services] = plain;
  return { verb, services: ['exec', 'run'].includes(verb) ? services.slice(0, 1) : services };
}

describe('commands to containers', () => {
  it('name services of docker-compose.yml', () => {
    const wrong = commands.flatMap(({ file, command }) =>
      (asked(command)?.services ?? [])
        .filter((service) => !(service in compose.services))
        .map((service) => `${file}: ${service}`),
    );
    expect(wrong).toEqual([]);
    expect(asked('docker compose logs --since 10m nowhere | grep "x"')).toEqual({
      verb: 'logs',
      services: ['nowhere'],
    });
  });

  it('look for messages that something logs', () => {
    const looked = commands.flatMap(({ file, command }) =>
      (/logs .*\| grep (?:-E )?"([^"]+)"/.exec(command)?.[1]?.split('|') ?? []).map((message) => ({ file, message })),
    );
    expect(looked.length).toBeGreaterThan(4);
    expect(looked.filter(({ message }) => !isInSource(message))).toEqual([]);
  });

  it('name the one namespace there is', () => {
    const namespaces = commands.flatMap(({ command }) => /^kubectl -n (\S+)/.exec(command)?.[1] ?? []);
    expect(new Set(namespaces)).toEqual(new Set(['digilist']));
  });
});
