import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as canaries from './canaries.js';
import { checkCompose } from './compose.mjs';
import { checkDockerfiles } from './dockerfiles.mjs';
import { checkKubernetes } from './kubernetes/kubernetes.mjs';
import { checkServers } from './servers.mjs';
import { openTree } from './tree.mjs';
import { checkWorkflows } from './workflows.mjs';

const root = path.resolve(__dirname, '../../..');
const asItIs = openTree(root);

interface Result {
  found: string[];
}
type Check = (tree: typeof asItIs) => Result | Promise<Result>;

// That the checkout itself has no finding is a step of npm test (scripts/validate-deploy.mjs).
const found = async (check: Check, { file, edit }: canaries.Canary) =>
  (await check(openTree(root, { [file]: edit(asItIs.read(file)) }))).found.join('\n');

describe.each<[string, Check, readonly canaries.Canary[]]>([
  ['compose', checkCompose, canaries.compose],
  ['servers', checkServers, canaries.servers],
  ['Dockerfiles', checkDockerfiles, canaries.dockerfiles],
  ['workflows', checkWorkflows, canaries.workflows],
  ['Kubernetes', checkKubernetes, canaries.kubernetes],
])('the checks of %s find', (_, check, birds) => {
  it.each(birds.map((bird) => [bird.what, bird] as const))('%s', async (_what, bird) => {
    expect(await found(check, bird)).toMatch(bird.says);
  });
});
