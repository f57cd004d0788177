/** What somebody may get wrong: an edit of one file, and what the check must say of it. */
export interface Canary {
  readonly what: string;
  readonly file: string;
  readonly edit: (text: string) => string | undefined;
  readonly says: RegExp;
}

/** Replaces what is there; a canary whose text has gone is no canary. */
export const swap = (from: string, to: string) => (text: string) => {
  if (!text.includes(from)) throw new Error(`"${from}" is not in the file any more: rewrite this canary`);
  return text.replace(from, to);
};

const K = 'infra/kubernetes';
const PLATFORM = `${K}/platform-service/base`;

export const compose: Canary[] = [
  {
    what: 'a service that is gone',
    file: 'docker-compose.yml',
    edit: swap('\n  mail:\n', '\n  post:\n'),
    says: /service mail is missing/,
  },
  {
    what: 'a variable that nobody gives',
    file: 'docker-compose.yml',
    edit: swap(`\${POSTGRES_PASSWORD:?set it in .env}`, `\${POSTGRES_PASS}`),
    says: /\$\{POSTGRES_PASS\} is neither/,
  },
  {
    what: 'a password that nats-server.conf reads and a node is not given',
    file: 'docker-compose.yml',
    edit: swap('NATS_SUBSCRIBER_PASSWORD: ', 'NATS_LISTENER_PASSWORD: '),
    says: /nats-1 is not given NATS_SUBSCRIBER_PASSWORD/,
  },
  {
    what: 'two nodes of NATS with one name',
    file: 'docker-compose.yml',
    edit: swap('--name=nats-2', '--name=nats-1'),
    says: /nats-2 must say its own name/,
  },
  {
    what: 'a node without a route to another',
    file: 'docker-compose.yml',
    edit: swap(`,nats://route:\${NATS_ROUTE_PASSWORD}@nats-3:6222`, ''),
    says: /nats-1 has no route to nats-3/,
  },
  {
    what: 'streams on one node of three',
    file: 'docker-compose.yml',
    edit: swap("NATS_REPLICAS: '3'", "NATS_REPLICAS: '1'"),
    says: /NATS_REPLICAS: '3'/,
  },
  {
    what: 'an archive that lies in the container',
    file: 'docker-compose.yml',
    edit: swap('      - digilist-wal-archive:/wal-archive\n', ''),
    says: /digilist-db keeps nothing at \/wal-archive/,
  },
  {
    what: 'the database’s owner in the hands of the app',
    file: 'docker-compose.yml',
    edit: swap('      PLATFORM_API_URL:', '      PLATFORM_DATABASE_MIGRATOR_URL: x\n      PLATFORM_API_URL:'),
    says: /only its migration may have it/,
  },
  {
    what: 'a setting of another app',
    file: 'docker-compose.yml',
    edit: swap('      PLATFORM_API_URL:', '      DIGILIST_API_URL: x\n      PLATFORM_API_URL:'),
    says: /platform-service is given DIGILIST_API_URL, which is another app's/,
  },
  {
    what: 'a setting that the app demands and does not get',
    file: 'docker-compose.yml',
    edit: swap(`      PLATFORM_MASTER_KEY: \${PLATFORM_MASTER_KEY}\n`, ''),
    says: /platform-service \(main\) would not start: PLATFORM_MASTER_KEY is not set/,
  },
  {
    what: 'a setting that is misspelled',
    file: 'docker-compose.yml',
    edit: swap('      DIGILIST_WEB_URL:', '      DIGILIST_WEBB_URL:'),
    says: /DIGILIST_WEBB_URL, which it does not read/,
  },
  {
    what: 'dashboards for everybody who just starts the system',
    file: 'docker-compose.yml',
    edit: swap('    profiles: [observability]\n', ''),
    says: /otel-collector must be of the profile observability/,
  },
  {
    what: 'an image of whatever version',
    file: 'docker-compose.yml',
    edit: swap('prom/prometheus:v3.5.0', 'prom/prometheus'),
    says: /prometheus uses prom\/prometheus without a version/,
  },
];

export const servers: Canary[] = [
  {
    what: 'an event that is acknowledged before it is on the disk',
    file: 'infra/nats/nats-server.conf',
    edit: swap('sync_interval: always', 'sync_interval: 2m'),
    says: /sync_interval must be always/,
  },
  {
    what: 'a booking that is acknowledged before it is on the disk',
    file: 'infra/postgres/postgresql.conf',
    edit: swap('synchronous_commit = on', 'synchronous_commit = off'),
    says: /durability must stay on/,
  },
];

export const dockerfiles: Canary[] = [
  {
    what: 'an image that runs as root',
    file: 'apps/gateway/Dockerfile',
    edit: swap('USER node\n', ''),
    says: /runs as root/,
  },
  {
    what: 'an instruction that Docker does not know',
    file: 'apps/gateway/Dockerfile',
    edit: swap('EXPOSE 3000', 'EXPOZE 3000'),
    says: /Unknown instruction: EXPOZE/,
  },
  {
    what: 'another version of the tools than the repository’s',
    file: 'apps/platform-service/Dockerfile',
    edit: swap('pnpm@', 'pnpm@1'),
    says: /as in package.json/,
  },
  {
    what: 'a list of contents that is written elsewhere than its label says',
    file: 'apps/digilist-service/Dockerfile',
    edit: swap('--out /app/sbom.cdx.json', '--out /app/bom.json'),
    says: /sbom\.path names \/app\/sbom\.cdx\.json, but the file is written to \/app\/bom\.json/,
  },
  {
    what: 'a signal that would not arrive',
    file: 'infra/nats/Dockerfile',
    edit: swap('CMD ["node", "packages', 'CMD node "packages'),
    says: /no CMD in exec form/,
  },
  {
    what: 'a secret in a layer',
    file: 'apps/gateway/Dockerfile',
    edit: swap('ENV GATEWAY_HOST', 'ENV NATS_PASSWORD=x GATEWAY_HOST'),
    says: /a secret has no place in an image/,
  },
];

export const workflows: Canary[] = [
  {
    what: 'rights for everything',
    file: '.github/workflows/images.yml',
    edit: swap('permissions:\n  contents: read\n', 'permissions: write-all\n'),
    says: /permissions must be contents: read/,
  },
  {
    what: 'a key that a step does not have',
    file: '.github/workflows/ci.yml',
    edit: swap('      - run: .ci/run', '      - runs: .ci/run'),
    says: /unexpected key "runs" for "step" section/,
  },
  {
    what: 'a job that waits for one that is not there',
    file: '.github/workflows/images.yml',
    edit: swap('needs: affected', 'needs: changed'),
    says: /needs job "changed" which does not exist/,
  },
  {
    what: 'an action of whatever version',
    file: '.github/workflows/ci.yml',
    edit: swap('actions/cache@v4.2.0', 'actions/cache@v4'),
    says: /actions\/cache@v4 is not an exact version/,
  },
  {
    what: 'a title of a pull request in a shell',
    file: '.github/workflows/ci.yml',
    edit: swap('- run: .ci/run', `- run: echo \${{ github.event.pull_request.title }}\n      - run: .ci/run`),
    says: /puts what strangers write into a shell|is potentially untrusted/,
  },
  {
    what: 'a job without an end',
    file: '.github/workflows/release.yml',
    edit: swap('    timeout-minutes: 45\n', ''),
    says: /give it timeout-minutes/,
  },
];

export const kubernetes: Canary[] = [
  {
    what: 'a field that Kubernetes does not know',
    file: `${PLATFORM}/deployment.yaml`,
    edit: swap('terminationGracePeriodSeconds', 'terminationGracePeriod'),
    says: /there is no field \/spec\/template\/spec\/terminationGracePeriod/,
  },
  {
    what: 'a value of another type',
    file: `${PLATFORM}/deployment.yaml`,
    edit: swap('containerPort: 3001', "containerPort: '3001'"),
    says: /containerPort must be integer/,
  },
  {
    what: 'a kind that does not exist',
    file: `${PLATFORM}/scaling.yaml`,
    edit: swap('autoscaling/v2', 'autoscaling/v3'),
    says: /Kubernetes knows no autoscaling\/v3 HorizontalPodAutoscaler/,
  },
  {
    what: 'a selector beside its own pods',
    file: `${K}/gateway/base/deployment.yaml`,
    edit: swap('labels: { app.kubernetes.io/name: gateway, app', 'labels: { app.kubernetes.io/name: edge, app'),
    says: /its selector does not match its own pods/,
  },
  {
    what: 'a probe of a port that is not there',
    file: `${PLATFORM}/deployment.yaml`,
    edit: swap('/health/ready, port: health', '/health/ready, port: http'),
    says: /readinessProbe asks port http, which is not declared/,
  },
  {
    what: 'a probe of a path that nobody answers',
    file: `${PLATFORM}/deployment.yaml`,
    edit: swap('/health/ready', '/ready'),
    says: /asks \/ready, which no app answers/,
  },
  {
    what: 'a disk that can be written to',
    file: `${K}/digilist-service/migration/job.yaml`,
    edit: swap('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'),
    says: /readOnlyRootFilesystem must be true/,
  },
  {
    what: 'a rollout that takes an old pod first',
    file: `${K}/gateway/base/deployment.yaml`,
    edit: swap('maxUnavailable: 0', 'maxUnavailable: 1'),
    says: /a new pod must serve before an old one goes/,
  },
  {
    what: 'a pod that is killed before it has stopped',
    file: `${K}/gateway/base/deployment.yaml`,
    edit: swap('terminationGracePeriodSeconds: 45', 'terminationGracePeriodSeconds: 20'),
    says: /gateway may take 35 s to stop, and is killed after 20 s/,
  },
  {
    what: 'an image without a version',
    file: `${K}/gateway/overlays/production/release/kustomization.yaml`,
    edit: (text) => text.replace(/, newTag: [\w.]+/, ''),
    says: /has no version: name it in the overlay/,
  },
  {
    what: 'a namespace that is open',
    file: `${K}/foundation/base/network-policies.yaml`,
    edit: swap('policyTypes: [Ingress, Egress]', 'policyTypes: [Ingress]'),
    says: /no policy closes everything/,
  },
  {
    what: 'the gateway at a database',
    file: `${K}/postgres/base/digilist.yaml`,
    edit: swap('values: [digilist-service,', 'values: [gateway, digilist-service,'),
    says: /gateway → digilist-db:5432 is let in, but not out/,
  },
  {
    what: 'a way to NATS that ends at a closed door',
    file: `${K}/nats/base/network-policy.yaml`,
    edit: swap('values: [gateway, platform-service,', 'values: [platform-service,'),
    says: /gateway → nats:4222 is let out, but not in/,
  },
  {
    what: 'a policy for a port that is not there',
    file: `${PLATFORM}/network-policy.yaml`,
    edit: swap('port: health', 'port: http'),
    says: /opens port http, which its pods do not have/,
  },
  {
    what: 'a budget that protects nothing',
    file: `${PLATFORM}/scaling.yaml`,
    edit: swap(
      'selector: { matchLabels: { app.kubernetes.io/name: platform-service } }',
      'selector: { matchLabels: { app: x } }',
    ),
    says: /PodDisruptionBudget platform-service protects nothing/,
  },
  {
    what: 'one process that is none while it is replaced',
    file: `${PLATFORM}/scaling.yaml`,
    edit: swap('minReplicas: 2', 'minReplicas: 1'),
    says: /one platform-service is none while it is replaced/,
  },
  {
    what: 'a secret that the operator is not told of',
    file: `${PLATFORM}/deployment.yaml`,
    edit: swap('{ name: mail, key: SMTP_URL }', '{ name: mailer, key: SMTP_URL }'),
    says: /does not tell of SMTP_URL of the secret mailer/,
  },
  {
    what: 'a setting that the app demands and does not get',
    file: `${K}/digilist-service/overlays/production/kustomization.yaml`,
    edit: (text) => text.replace(/.*DIGILIST_MEDIA_S3_BUCKET.*\n/, ''),
    says: /digilist-service \(main\) would not start: DIGILIST_MEDIA_S3_BUCKET is not set/,
  },
  {
    what: 'a migration without its login',
    file: `${K}/digilist-service/migration/job.yaml`,
    edit: swap('{ name: DIGILIST_DATABASE_MIGRATOR_URL,', '{ name: DIGILIST_DATABASE_OWNER_URL,'),
    says: /\(migrate\) would not start: DIGILIST_DATABASE_MIGRATOR_URL is not set/,
  },
  {
    what: 'a database that is set otherwise than every other',
    file: `${K}/postgres/base/platform.yaml`,
    edit: swap("jit: 'off'", "jit: 'on'"),
    says: /platform-db has jit = on, and infra\/postgres\/postgresql.conf off/,
  },
  {
    what: 'streams on fewer nodes than there are',
    file: `${K}/nats/streams/job.yaml`,
    edit: swap("{ name: NATS_REPLICAS, value: '3' }", "{ name: NATS_REPLICAS, value: '1' }"),
    says: /streams are to lie on 1 nodes, and there are 3/,
  },
  {
    what: 'an app that brings what is another’s',
    file: `${K}/gateway/overlays/production/kustomization.yaml`,
    edit: swap('resources: [../../base]', 'resources: [../../base, ../../../platform-service/base]'),
    says: /is applied by gateway and by platform-service/,
  },
  {
    what: 'a patch of what is not there',
    file: `${K}/gateway/overlays/staging/kustomization.yaml`,
    edit: swap('/spec/rules/0/host', '/spec/rules/7/host'),
    says: /a patch means \/spec\/rules\/7\/host, which Ingress gateway does not have/,
  },
  {
    what: 'a means of kustomize that these checks do not know',
    file: `${K}/gateway/overlays/production/kustomization.yaml`,
    edit: (text) => `${text}\nnameSuffix: -2\n`,
    says: /uses nameSuffix, which these checks do not know/,
  },
];
