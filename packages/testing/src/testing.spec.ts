import { afterAll, describe, expect, it } from '@jest/globals';
import {
  createDatabase,
  eventually,
  freePort,
  query,
  readMail,
  startNats,
  startSmtpCatcher,
  stopPostgres,
} from './index.js';

afterAll(() => stopPostgres());

describe('createDatabase', () => {
  let migrations = 0;
  const migrate = async (urls: { migrator: string }) => {
    migrations++;
    await query(urls.migrator, 'create table notes (id int primary key, text text)');
    await query(urls.migrator, 'grant select, insert on notes to digilist_app');
  };

  it('migrates once and clones: many at the same moment, each with its own rows', async () => {
    const databases = await Promise.all(Array.from({ length: 5 }, () => createDatabase('digilist', migrate)));
    expect(migrations).toBe(1);
    expect(new Set(databases.map((d) => d.name)).size).toBe(5);
    await Promise.all(databases.map((d, n) => query(d.urls.app, 'insert into notes values (1, $1)', [`n${n}`])));
    for (const [n, d] of databases.entries()) {
      expect(await query(d.urls.app, 'select text from notes')).toEqual([{ text: `n${n}` }]);
    }
    await Promise.all(databases.map((d) => d.drop()));
    await expect(query(databases[0]!.urls.app, 'select 1')).rejects.toThrow(/does not exist/);
  });

  it('a clone has the privileges of the original', async () => {
    const database = await createDatabase('digilist', migrate);
    await createDatabase('platform').then((d) => d.drop());
    await expect(query(database.urls.app, 'create table x ()')).rejects.toThrow(/permission denied/);
    await expect(query(database.urls.app, 'create temp table x ()')).rejects.toThrow(/permission denied/);
    const foreign = new URL(database.urls.app);
    foreign.username = 'platform_app';
    await expect(query(foreign.href, 'select 1')).rejects.toThrow(/permission denied for database/);
    expect(await query(database.urls.migrator, 'create table later (id int)')).toEqual([]);
    await database.drop();
  });
});

describe('startNats', () => {
  it('gives each caller a server of its own, with the streams', async () => {
    const [a, b] = await Promise.all([startNats(), startNats()]);
    expect(a.port).not.toBe(b.port);
    const state = (await (await fetch(`${a.monitorUrl}/jsz`)).json()) as { streams: number; consumers: number };
    expect(state.streams).toBe(5);
    expect(state.consumers).toBeGreaterThanOrEqual(3);
    await Promise.all([a.stop(), b.stop()]);
    expect(a.isRunning()).toBe(false);
  });
});

describe('the SMTP catcher', () => {
  it('starts on free ports and says what is missing when a mail does not come', async () => {
    const catcher = await startSmtpCatcher();
    await expect(readMail(catcher, { to: 'nobody@example.test', within: 200 })).rejects.toThrow(/0 of 1 mails matched/);
    await catcher.stop();
  });
});

describe('eventually', () => {
  it('gives the value, or the last reason', async () => {
    let n = 0;
    await expect(eventually(() => ++n > 2 && 'there', { every: 1 })).resolves.toBe('there');
    await expect(
      eventually(
        () => {
          throw new Error('still missing');
        },
        { within: 30, every: 5 },
      ),
    ).rejects.toThrow('Not within 30 ms: still missing');
  });

  it('free ports are never given twice', async () => {
    const ports = await Promise.all(Array.from({ length: 30 }, () => freePort()));
    expect(new Set(ports).size).toBe(30);
  });
});
