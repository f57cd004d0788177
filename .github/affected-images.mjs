// Prints `images=[{name, dockerfile}]` for images.yml: all for a release, else those that turbo says have changed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const IMAGES = {
  '@digilist/gateway': { name: 'gateway', dockerfile: 'apps/gateway/Dockerfile' },
  '@platform/service': { name: 'platform-service', dockerfile: 'apps/platform-service/Dockerfile' },
  '@digilist/service': { name: 'digilist-service', dockerfile: 'apps/digilist-service/Dockerfile' },
  '@kit/local-servers': { name: 'nats-streams', dockerfile: 'infra/nats/Dockerfile' },
};

/** Names of the packages that changed since the base, or nothing when there is none to compare with. */
function affected() {
  if (process.env.VERSION || !/[1-9a-f]/.test(process.env.TURBO_SCM_BASE ?? '')) return undefined;
  const { turbo } = JSON.parse(readFileSync('package.json', 'utf8')).devDependencies;
  const listed = spawnSync('npx', ['--yes', `turbo@${turbo}`, 'ls', '--affected', '--output=json'], {
    encoding: 'utf8',
  });
  if (listed.status !== 0) {
    console.error(`turbo cannot say what has changed, so every image is built: ${listed.stderr}`);
    return undefined;
  }
  return JSON.parse(listed.stdout.slice(listed.stdout.indexOf('{'))).packages.items.map(({ name }) => name);
}

const changed = affected();
// What an image is made by besides its packages: the streams, which no package holds.
const always = changed ? ['@kit/local-servers'] : [];
const names = Object.keys(IMAGES).filter((name) => !changed || changed.includes(name) || always.includes(name));
console.log(`images=${JSON.stringify(names.map((name) => IMAGES[name]))}`);
