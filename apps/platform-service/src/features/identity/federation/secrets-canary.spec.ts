import fs from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import { startProvider } from '@kit/testing/outside';
import { federatedLogout } from '@platform/contracts';
import { connect, federationWorld, SECRET, Visitor } from '../../../../test/federation.js';

const PID = '04047012345';

const STDOUT = 1;
type Done = (error: null, written: number) => void;
type Write = (fd: number, text: string, ...rest: [Done] | [string, Done]) => void;
type WriteSync = (fd: number, text: string, encoding?: BufferEncoding) => number;

/** The logger writes to the file descriptor itself. */
function spyOnWrite(lines: string[]) {
  const write = fs.write.bind(fs) as Write;
  const keep: Write = (fd, text, ...rest) => {
    if (fd !== STDOUT) return write(fd, text, ...rest);
    lines.push(text);
    setImmediate(rest.at(-1) as Done, null, Buffer.byteLength(text));
  };
  return jest.spyOn(fs, 'write').mockImplementation(keep as typeof fs.write);
}

function spyOnWriteSync(lines: string[]) {
  const write = fs.writeSync.bind(fs) as WriteSync;
  const keep: WriteSync = (fd, text, ...rest) => {
    if (fd !== STDOUT) return write(fd, text, ...rest);
    lines.push(text);
    return Buffer.byteLength(text);
  };
  return jest.spyOn(fs, 'writeSync').mockImplementation(keep as typeof fs.writeSync);
}

test('no secret of a sign-in is in any log line, whatever goes wrong', async () => {
  const lines: string[] = [];
  const spies = [spyOnWrite(lines), spyOnWriteSync(lines)];
  const op = await startProvider({ acrValues: ['idporten-loa-substantial', 'idporten-loa-high'] });
  const world = await federationWorld({ LOG_LEVEL: 'trace' });
  try {
    const fjell = await world.tenant('fjell');
    const staff = await connect(world, fjell, op, { key: 'staff' });
    const idporten = await connect(world, fjell, op, { key: 'idporten', profile: 'idporten' });
    const secrets: string[] = [SECRET, PID];
    for (const provider of [staff, idporten]) {
      const person = { id: provider.key, acr: 'idporten-loa-high', claims: { pid: PID } };
      const visitor = new Visitor(world, op, provider, person);
      const returned = await visitor.comeBack();
      const { code } = await visitor.enter(returned);
      const tokens = await visitor.redeem(code as string);
      op.state.tamper = (answer) => {
        answer.id_token = `${answer.id_token.slice(0, -4)}AAAA`;
      };
      const broken = await visitor.comeBack();
      expect(await visitor.enter(broken)).toMatchObject({ error: 'SIGN_IN_PROOF_INVALID' });
      op.state.tamper = null;
      await world.done(federatedLogout, { provider: provider.id, browser: visitor.cookie ?? '' });
      secrets.push(tokens.accessToken, tokens.refreshToken, code as string, visitor.cookie as string);
      for (const { state, code: given } of [returned, broken]) secrets.push(state as string, given as string);
    }
    for (const { path, body } of op.seen) {
      if (path === 'token request') secrets.push(JSON.parse(body).code_verifier);
    }
    await op.stop();
    await world.code(federatedLogout, { provider: staff.id });
    await eventually(async () => expect(lines.join('')).toContain('an identity provider was no help'));
    expect(secrets.length).toBeGreaterThan(15);
    for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  } finally {
    await world.stop();
    for (const spy of spies) spy.mockRestore();
  }
});
