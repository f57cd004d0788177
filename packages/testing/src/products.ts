import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  NATS_CONFIG,
  NATS_USERS,
  type NatsUser,
  newNatsCredentials,
  readStreams,
  removeAtEnd,
} from '@kit/local-servers';

type AccountStreams = ReturnType<typeof readStreams>;

/** What nats-server needs to let more products in than the one that ships. */
export interface ServerFiles {
  readonly config: string;
  readonly credentials: ReturnType<typeof newNatsCredentials>;
  readonly wanted: AccountStreams;
}

const SHIPPED = 'digilist';

/**
 * The configuration of a server with more products in it: each gets what the shipped one has, under its own name. It is
 * what an operator writes by hand to add a product; no service has to know.
 */
export function filesWithProducts(keys: readonly string[]): ServerFiles {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'products-'));
  removeAtEnd(folder);
  const config = path.join(folder, 'nats-server.conf');
  writeFileSync(config, keys.reduce(withProduct, readFileSync(NATS_CONFIG, 'utf8')));
  const users = [...NATS_USERS, ...keys.flatMap((key) => [key, `${key}_admin`])] as NatsUser[];
  return {
    config,
    credentials: newNatsCredentials(users),
    wanted: keys.reduce(streamsWithProduct, readStreams()),
  };
}

const named = (text: string, key: string): string =>
  text.replaceAll(SHIPPED.toUpperCase(), key.toUpperCase()).replaceAll(SHIPPED, key);

function withProduct(config: string, key: string): string {
  const shipped = accountOf(config, SHIPPED.toUpperCase());
  const own = named(shipped, key)
    .split('\n')
    .filter((line) => !/SUBSCRIBER|subscriber_demo/.test(line))
    .join('\n');
  let result = config.replace(shipped, `${shipped}\n${own}`);
  for (const account of ['PLATFORM', 'GATEWAY']) {
    const block = accountOf(result, account);
    result = result.replace(
      block,
      block
        .split('\n')
        .flatMap((line) => linesFor(line, key))
        .join('\n'),
    );
  }
  return result;
}

/** A line about the shipped product, and the same about the new one; a list of several gets one more. */
function linesFor(line: string, key: string): string[] {
  if (!line.toLowerCase().includes(SHIPPED) || line.trimStart().startsWith('#')) return [line];
  const list = /accounts: \[[^\]]*,\s*DIGILIST\]/.test(line)
    ? line.replace('DIGILIST]', `DIGILIST, ${key.toUpperCase()}]`)
    : /"digilist\.rpc\.>",/.test(line)
      ? line.replace('"digilist.rpc.>",', `"digilist.rpc.>", "${key}.rpc.>",`)
      : null;
  return list ? [list] : [line, named(line, key)];
}

/** From `NAME {` to the brace that closes it. */
function accountOf(config: string, name: string): string {
  const start = config.search(new RegExp(`^  ${name} \\{`, 'm'));
  const end = config.indexOf('\n  }\n', start) + '\n  }\n'.length;
  return config.slice(start, end);
}

function streamsWithProduct(accounts: AccountStreams, key: string): AccountStreams {
  const own = accounts
    .filter(({ account }) => account === SHIPPED)
    .map((account) => JSON.parse(named(JSON.stringify(account), key)));
  const platform = accounts.map((account) => {
    if (account.account !== 'platform') return account;
    const streams = account.streams.map((stream) => {
      const more = stream.durables.filter(({ durable_name }) => durable_name.startsWith(`${SHIPPED}_`));
      return {
        ...stream,
        durables: [...stream.durables, ...more.map((durable) => JSON.parse(named(JSON.stringify(durable), key)))],
      };
    });
    return { ...account, streams };
  });
  return [...platform, ...own];
}
