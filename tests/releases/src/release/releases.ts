import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '@kit/local-servers';
import type { Contracts } from '../contracts/contracts.js';
import type { Catalogue } from '../schema/catalogue.js';

export const RELEASES = path.join(root, 'releases');

/** `releases/<version>/release.json`: what was released, and the migrations that it knew, in their order. */
export interface Release {
  version: string;
  commit: string;
  /** Of the commit. */
  date: string;
  migrations: Record<'platform' | 'digilist', string[]>;
}

export interface RecordedRelease extends Release {
  contracts: Contracts;
  schema: Record<'platform' | 'digilist', Catalogue>;
}

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;

export const isVersion = (text: string): boolean => VERSION.test(text);

/** Whether one version comes before another. */
export function precedes(a: string, b: string): boolean {
  const numbers = (version: string) => (VERSION.exec(version) ?? []).slice(1).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((number, n) => number !== right[n]);
  return at >= 0 && (left[at] as number) < (right[at] as number);
}

export function versions(folder = RELEASES): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(isVersion)
    .sort((a, b) => (precedes(a, b) ? -1 : 1));
}

/** The newest release that is recorded; with the record of every release, nothing of it can be forgotten. */
export function lastRelease(folder = RELEASES): RecordedRelease {
  const version = versions(folder).at(-1);
  if (!version) throw new Error('No release is recorded: run "npm run release:record -- <version>".');
  const read = (name: string) => JSON.parse(readFileSync(path.join(folder, version, name), 'utf8'));
  return {
    ...(read('release.json') as Release),
    contracts: read('contracts.json') as Contracts,
    schema: { platform: read('schema/platform.json'), digilist: read('schema/digilist.json') },
  };
}
