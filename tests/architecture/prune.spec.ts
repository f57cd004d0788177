import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from './dependency-graph.js';

/** Workspace folders that the image of an app would hold. */
function pruned(app: string): string[] {
  const out = mkdtempSync(path.join(os.tmpdir(), 'prune-'));
  try {
    execFileSync(
      process.execPath,
      [path.join(ROOT, 'node_modules/turbo/bin/turbo'), 'prune', app, '--out-dir', out, '--docker'],
      {
        cwd: ROOT,
        stdio: 'pipe',
        env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
      },
    );
    const json = path.join(out, 'json');
    return ['apps', 'packages', 'packages/contracts', 'tests', 'examples'].flatMap((folder) =>
      existsSync(path.join(json, folder))
        ? readdirSync(path.join(json, folder))
            .filter((name) => existsSync(path.join(json, folder, name, 'package.json')))
            .map((name) => `${folder}/${name}`)
        : [],
    );
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

describe('the image of', () => {
  it('PLATFORM holds no product package', () => {
    const folders = pruned('@platform/service');
    expect(folders).toEqual(
      expect.arrayContaining(['apps/platform-service', 'packages/contracts/platform', 'packages/service-kit']),
    );
    expect(folders.filter((folder) => /digilist|gateway|client/.test(folder))).toEqual([]);
  });

  it('DIGILIST holds no other app', () => {
    expect(pruned('@digilist/service').filter((folder) => folder.startsWith('apps/'))).toEqual([
      'apps/digilist-service',
    ]);
  });
});
