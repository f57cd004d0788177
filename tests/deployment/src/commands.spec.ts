import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ENVIRONMENTS, ROOT, readEnvironment, UNITS } from './kubernetes/environment.mjs';
import { openTree } from './tree.mjs';

// There is no cluster here to apply anything to: the commands of the page are held against the objects that they name.
const tree = openTree(path.resolve(__dirname, '../../..'));
const page = tree.read('docs/operations/deploy.md');
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text as string);
const commands = [
  ...blocks.join('\n').split('\n'),
  ...[...page.matchAll(/`(kubectl [^`]+)`/g)].map(([, c]) => c as string),
];

interface Named {
  kind: string;
  metadata: { name: string };
}
const { objects } = readEnvironment(tree, 'production') as { objects: Named[] };
const namespace = objects.find(({ kind }) => kind === 'Namespace')?.metadata.name;

describe('the commands of docs/operations/deploy.md', () => {
  it('apply folders that are there, and all of them but those of the apps that one stands for', () => {
    const applied = commands.flatMap((command) => /apply -k (\S+)/.exec(command)?.[1] ?? []);
    const folders = Object.values(UNITS).map((unit) => unit.replace('*', 'production'));
    expect(folders).toEqual(expect.arrayContaining(applied));
    const foundations = folders.filter((folder) => /^(foundation|postgres|nats)/.test(folder));
    expect(applied).toEqual(expect.arrayContaining([...foundations, 'digilist-service/overlays/production']));
  });

  it('wait for, delete and undo objects that these folders make', () => {
    const made = objects.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
    const meant = commands.flatMap((command) =>
      [...command.matchAll(/\b(job|deployment|statefulset)[ /]([a-z][\w-]+)/g)].map(
        ([, kind, name]) => `${kind}/${name}`,
      ),
    );
    expect(meant.length).toBeGreaterThan(8);
    for (const one of meant) expect(made).toContain(one);
    for (const command of commands) expect(/-n (\S+)/.exec(command)?.[1] ?? namespace).toBe(namespace);
  });

  it('delete a job before they apply it again: jobs cannot be changed', () => {
    const again = blocks.filter((text) => text.includes('/migration'));
    expect(again).toHaveLength(1);
    expect(again[0]?.indexOf('delete job')).toBeLessThan(again[0]?.indexOf('apply -k') ?? 0);
  });

  it('build and copy files that are there', () => {
    for (const command of commands) {
      const file = /docker build -f (\S+)|^cp (\S+)/.exec(command)?.slice(1).find(Boolean);
      if (file) expect(tree.exists(file)).toBe(true);
    }
    for (const environment of ENVIRONMENTS)
      for (const unit of Object.values(UNITS))
        expect(tree.exists(`${ROOT}/${unit.replace('*', environment)}/kustomization.yaml`)).toBe(true);
  });
});
