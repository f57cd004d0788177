// Checks what can be known about the deployment without deploying: compose, Dockerfiles, Kubernetes objects, workflows, and
// that each app, pruned and deployed as its image does it, holds all it needs and nothing of another. Part of npm test;
// needs a build. Prints one line per finding and ends with 1 if there was one.
import path from 'node:path';
import { checkDeployment } from '../tests/deployment/src/index.mjs';

const root = path.resolve(import.meta.dirname, '..');
let checks = 0;
let found = 0;
await checkDeployment(root, (name, result) => {
  checks += result.checks;
  found += result.found.length;
  for (const finding of result.found) console.error(finding);
  for (const note of result.notes) console.log(`note: ${note}`);
  console.log(`${name}: ${result.checks} checks, ${result.found.length} findings`);
});
console.log(`${checks} checks of the deployment, ${found} findings`);
process.exit(found ? 1 : 0);
