import { appendFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { run, succeed } from './run.js';
import { type ArchivingServer, archivingServer } from './server.js';

let server: ArchivingServer;
/** As `--from` takes it. */
let backups: string;
const at = (name: string) => path.join(server.directory, name);

beforeAll(async () => {
  server = await archivingServer();
  const env = { PLATFORM_DATABASE_SUPERUSER_URL: server.url };
  await succeed('backup', ['--context', 'platform', '--to', at('backups')], env);
  backups = at('backups/platform');
}, 60_000);
afterAll(() => server?.stop(), 60_000);

describe('a backup', () => {
  it.each([
    ['of no context', ['--to', 'x'], /--context is platform, digilist or all/],
    ['of a context that there is not', ['--context', 'billing', '--to', 'x'], /not "billing"/],
    ['to nowhere', ['--context', 'all'], /--to names the directory/],
    ['with an option that there is not', ['--into', 'x'], /Unknown option '--into'/],
  ])('%s is refused with what to do', async (_, args, message) => {
    expect(await run('backup', args)).toMatchObject({ code: 1, output: expect.stringMatching(message) });
  });

  it('of a server that does not answer is refused with what to do', async () => {
    const env = { PLATFORM_DATABASE_SUPERUSER_URL: 'postgres://postgres@127.0.0.1:1/platform' };
    const refused = await run('backup', ['--context', 'platform', '--to', server.directory], env);
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringMatching(/cannot be backed up .* is it running\?/s),
    });
  });
});

describe('a restore', () => {
  it.each([
    ['without saying from where', ['--to-time', 'latest', '--data', 'x'], /--from, --to-time and --data are needed/],
    ['to something that is no time', ['--from', 'x', '--to-time', 'noon', '--data', 'x'], /is an instant like/],
    ['on no timeline', ['--from', 'x', '--to-time', 'latest', '--data', 'x', '--timeline', 'old'], /a number like 1/],
    ['from nothing', ['--from', '/nowhere', '--to-time', 'latest', '--data', 'x'], /There is no \/nowhere/],
  ])('%s is refused with what to do', async (_, args, message) => {
    expect(await run('restore', args)).toMatchObject({ code: 1, output: expect.stringMatching(message) });
  });

  const refused = (from: string, toTime: string, data: string, ...more: string[]) =>
    run('restore', ['--from', from, '--to-time', toTime, '--data', data, ...more]);

  it('over data that are there is refused', async () => {
    const over = await refused(backups, 'latest', server.data);
    expect(over).toMatchObject({ code: 1, output: expect.stringMatching(/never over a server's data/) });
  });

  it('to before the first backup, and to after the end of the archive, is refused', async () => {
    const early = await refused(backups, '2020-01-01T00:00:00Z', at('early'));
    expect(early).toMatchObject({ code: 1, output: expect.stringMatching(/nothing before that can be restored/) });
    const late = await refused(backups, '2120-01-01T00:00:00Z', at('late'));
    expect(late).toMatchObject({ code: 1, output: expect.stringMatching(/The archive ends before that moment/) });
  }, 60_000);

  it('of a server that is not of this system is refused, once it is restored and looked through', async () => {
    const foreign = await refused(backups, 'latest', at('foreign'));
    expect(foreign).toMatchObject({ code: 1, output: expect.stringMatching(/no database of PLATFORM or DIGILIST/) });
  }, 60_000);

  it('without its archive, or from what is no backup, is refused', async () => {
    const away = await refused(backups, 'latest', at('away'), '--archive', '/nowhere');
    expect(away).toMatchObject({ code: 1, output: expect.stringMatching(/name with --archive/) });
    await mkdir(at('empty'));
    const empty = await refused(at('empty'), 'latest', at('none'));
    expect(empty).toMatchObject({ code: 1, output: expect.stringMatching(/holds no whole backup/) });
  });

  it('from a backup that is not what was copied is refused', async () => {
    const [backup] = await readdir(backups);
    await appendFile(path.join(backups, backup as string, 'data/PG_VERSION'), '\n');
    const damaged = await refused(backups, 'latest', at('damaged'));
    expect(damaged).toMatchObject({ code: 1, output: expect.stringMatching(/The backup is damaged: .*PG_VERSION/) });
  });
});
