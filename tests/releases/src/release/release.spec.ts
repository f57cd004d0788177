import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { judge, refuseIncomplete } from './accepted.js';
import { availability, gitIn } from './checkout.js';
import { lastRelease, precedes, versions } from './releases.js';
import { wanted } from './wanted.js';

describe('npm run release:record', () => {
  const recorded = ['0.1.0', '0.9.0', '0.10.0'];

  it('takes the next version, of HEAD or of a named commit', () => {
    expect(wanted(['0.11.0'], recorded)).toEqual({ version: '0.11.0', commit: 'HEAD' });
    expect(wanted(['1.0.0', '--commit', 'v1'], recorded)).toEqual({ version: '1.0.0', commit: 'v1' });
  });

  it.each([
    [[], 'Name the version, three numbers: npm run release:record -- 0.2.0'],
    [['v1.0'], 'Name the version, three numbers: npm run release:record -- 0.2.0'],
    [['0.9.0'], '0.9.0 is recorded already, and a release does not change.'],
    [['0.9.1'], '0.9.1 does not come after 0.10.0, the last release: choose a higher version.'],
  ])('refuses %j, with the next step', (args, message) => expect(() => wanted(args, recorded)).toThrow(message));
});

describe('releases', () => {
  const empty = mkdtempSync(path.join(os.tmpdir(), 'releases-'));
  afterAll(() => rmSync(empty, { recursive: true }));

  it('come one after another by their numbers', () => {
    expect(precedes('0.9.0', '0.10.0')).toBe(true);
    expect(precedes('1.0.0', '0.10.0')).toBe(false);
    expect(precedes('1.0.0', '1.0.0')).toBe(false);
    expect(versions().at(-1)).toBe(lastRelease().version);
  });

  it('that nobody has recorded are asked for', () =>
    expect(() => lastRelease(empty)).toThrow('No release is recorded: run "npm run release:record -- <version>".'));

  it('are looked up in the clone: a shallow one does not have them, and is told from one that never will', () => {
    const [whole, shallow] = [path.join(empty, 'whole'), path.join(empty, 'shallow')];
    gitIn(empty, 'init', '--quiet', whole);
    const commit = (message: string): string => {
      const who = ['-c', 'user.name=Kari', '-c', 'user.email=kari@example.test', '-c', 'commit.gpgsign=false'];
      gitIn(whole, ...who, 'commit', '--quiet', '--allow-empty', '--message', message);
      return gitIn(whole, 'rev-parse', 'HEAD');
    };
    const [first, second] = [commit('first'), commit('second')];
    gitIn(empty, 'clone', '--quiet', '--depth=1', `file://${whole}`, shallow);
    expect([first, second].map((one) => availability(one, whole))).toEqual(['here', 'here']);
    expect([first, second].map((one) => availability(one, shallow))).toEqual(['shallow clone', 'here']);
    expect(availability('0123456789abcdef0123456789abcdef01234567', whole)).toBe('unknown commit');
  });
});

describe('releases/accepted.json', () => {
  const accepted = { change: 'event-removed acme.report.made.v1', reason: 'Nobody ever subscribed to it.' };

  it('lets pass what it names, and is asked to forget what is not there any more', () => {
    expect(judge(['event-removed acme.report.made.v1', 'code-removed TAKEN'], [accepted])).toEqual({
      open: ['code-removed TAKEN'],
      idle: [],
    });
    expect(judge([], [accepted]).idle).toEqual([accepted.change]);
  });

  it('needs a rule and a reason', () => {
    expect(() => refuseIncomplete({ ...accepted, change: 'whatever' })).toThrow(
      'begins with no rule. Copy it from the message.',
    );
    expect(() => refuseIncomplete({ ...accepted, reason: ' ' })).toThrow('has no reason. Say why it may break.');
  });
});
