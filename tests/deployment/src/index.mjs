import { checkCompose } from './compose.mjs';
import { checkDockerfiles } from './dockerfiles.mjs';
import { checkImages } from './images.mjs';
import { checkKubernetes } from './kubernetes/kubernetes.mjs';
import { checkServers } from './servers.mjs';
import { checkWithTools } from './tools.mjs';
import { openTree } from './tree.mjs';
import { checkWorkflows } from './workflows.mjs';

/** Everything that is checked about how the system is deployed, by the name that is printed. */
const CHECKS = {
  'servers of infra': checkServers,
  compose: checkCompose,
  Dockerfiles: checkDockerfiles,
  'Kubernetes objects': checkKubernetes,
  workflows: checkWorkflows,
  'what the images hold': checkImages,
  'tools that are installed': checkWithTools,
};

export async function checkDeployment(root, report) {
  const tree = openTree(root);
  for (const [name, check] of Object.entries(CHECKS)) report(name, await check(tree));
}
