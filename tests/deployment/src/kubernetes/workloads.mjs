import { selects } from './environment.mjs';

/** Each pod: unprivileged, probed, with limits, and with everything it names. */
export function expectWorkloads(findings, where, objects, pods) {
  const named = (kind, name) => objects.some((one) => one.kind === kind && one.metadata.name === name);
  for (const { name, object, pod, labels } of pods.filter((one) => one.pod)) {
    const expect = (ok, finding) => findings.expect(ok, `${where}: ${object.kind} ${name}: ${finding}`);
    if (object.spec.selector) expect(selects(object.spec.selector, labels), 'its selector does not match its own pods');
    expect(named('ServiceAccount', pod.serviceAccountName), `there is no service account ${pod.serviceAccountName}`);
    expect(pod.automountServiceAccountToken === false, 'a token of the cluster has no place in it');
    expect(pod.enableServiceLinks === false, 'variables of all services would stand in its environment');
    const { runAsNonRoot, seccompProfile } = pod.securityContext ?? {};
    expect(
      runAsNonRoot && seccompProfile?.type === 'RuntimeDefault',
      'must run as nobody special: runAsNonRoot, seccomp',
    );
    for (const container of pod.containers) expectContainer(expect, named, pod, object, container);
  }
  for (const object of objects.filter(({ kind }) => kind === 'Deployment')) {
    const expect = (ok, finding) => findings.expect(ok, `${where}: Deployment ${object.metadata.name}: ${finding}`);
    const { spec } = object;
    expect(spec.strategy?.rollingUpdate?.maxUnavailable === 0, 'a new pod must serve before an old one goes');
    expect(spec.replicas === undefined, 'how many there are is up to its autoscaler: remove replicas');
    expect(spec.template.spec.topologySpreadConstraints?.length > 0, 'its pods may all stand on one machine');
  }
}

function expectContainer(expect, named, pod, object, container) {
  const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = container.securityContext ?? {};
  expect(allowPrivilegeEscalation === false, 'allowPrivilegeEscalation must be false');
  expect(readOnlyRootFilesystem, 'readOnlyRootFilesystem must be true');
  expect(capabilities?.drop?.includes('ALL'), 'capabilities must be dropped: ALL');
  expect(/:[\w.-]*\d/.test(container.image), `the image ${container.image} has no version: name it in the overlay`);
  const { requests = {}, limits = {} } = container.resources ?? {};
  expect(
    requests.cpu && requests.memory && limits.memory,
    'requests of cpu and memory and a limit of memory are missing',
  );
  const ports = new Map((container.ports ?? []).map((port) => [port.name, port.containerPort]));
  const probes = ['startupProbe', 'readinessProbe', 'livenessProbe'];
  for (const probe of object.kind === 'Job' ? [] : probes) {
    if (!expect(container[probe], `${probe} is missing`)) continue;
    const { httpGet, exec } = container[probe];
    expect(httpGet || exec, `${probe} asks nothing`);
    if (httpGet) {
      expect(
        ports.has(httpGet.port) || [...ports.values()].includes(httpGet.port),
        `${probe} asks port ${httpGet.port}, which is not declared`,
      );
      expect(
        /^\/health\/(live|ready|connected)$/.test(httpGet.path),
        `${probe} asks ${httpGet.path}, which no app answers`,
      );
    }
  }
  const volumes = new Set([
    ...(pod.volumes ?? []).map(({ name }) => name),
    ...(object.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
  ]);
  for (const { name } of container.volumeMounts ?? []) expect(volumes.has(name), `mounts ${name}, which is no volume`);
  for (const { configMap } of pod.volumes ?? [])
    if (configMap) expect(named('ConfigMap', configMap.name), `there is no config map ${configMap.name}`);
  for (const { configMapRef } of container.envFrom ?? [])
    expect(configMapRef && named('ConfigMap', configMapRef.name), `there is no config map ${configMapRef?.name}`);
}

/** Services, ingresses, autoscalers and budgets mean something that is there. */
export function expectReferences(findings, where, objects, pods) {
  const of = (kind) => objects.filter((object) => object.kind === kind);
  const find = (kind, name) => of(kind).find(({ metadata }) => metadata.name === name);
  const hasPort = ({ ports }, port) => ports.some(({ name, containerPort }) => name === port || containerPort === port);
  for (const { metadata, spec } of of('Service')) {
    const behind = pods.find(({ labels }) => selects({ matchLabels: spec.selector }, labels));
    if (!findings.expect(behind, `${where}: Service ${metadata.name} selects no pod`)) continue;
    for (const { targetPort } of spec.ports)
      findings.expect(
        hasPort(behind, targetPort),
        `${where}: Service ${metadata.name} leads to port ${targetPort}, which ${behind.name} does not have`,
      );
  }
  for (const { metadata, spec } of of('Ingress')) {
    for (const { host, http } of spec.rules) {
      findings.expect(
        spec.tls?.some(({ hosts }) => hosts.includes(host)),
        `${where}: Ingress ${metadata.name} serves ${host} without TLS`,
      );
      for (const { backend } of http.paths) {
        const service = find('Service', backend.service.name);
        findings.expect(
          service?.spec.ports.some(({ name }) => name === backend.service.port.name),
          `${where}: Ingress ${metadata.name} leads to ${backend.service.name}:${backend.service.port.name}, which is not there`,
        );
      }
    }
  }
  for (const deployment of of('Deployment')) {
    const { name } = deployment.metadata;
    const scaler = of('HorizontalPodAutoscaler').find(({ spec }) => spec.scaleTargetRef.name === name);
    if (findings.expect(scaler, `${where}: Deployment ${name} has no autoscaler`))
      findings.expect(
        scaler.spec.minReplicas >= 2,
        `${where}: one ${name} is none while it is replaced: minReplicas: 2`,
      );
  }
  for (const { metadata, spec } of of('HorizontalPodAutoscaler'))
    findings.expect(
      find('Deployment', spec.scaleTargetRef.name),
      `${where}: HorizontalPodAutoscaler ${metadata.name} scales nothing`,
    );
  const budgets = of('PodDisruptionBudget');
  for (const { metadata, spec } of budgets)
    findings.expect(
      pods.some(({ labels }) => selects(spec.selector, labels)) && spec.maxUnavailable >= 1,
      `${where}: PodDisruptionBudget ${metadata.name} protects nothing, or lets no machine be emptied`,
    );
  for (const { name, labels, object } of pods.filter(({ object: { kind } }) => /Deployment|StatefulSet/.test(kind)))
    findings.expect(
      budgets.some(({ spec }) => selects(spec.selector, labels)),
      `${where}: ${object.kind} ${name} has no disruption budget`,
    );
}
