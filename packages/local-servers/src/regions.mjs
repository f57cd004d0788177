// One more region of DIGILIST on the same servers: an account, streams and durables of its own, from what ships.
//
// Inside its account a region finds every subject and stream under the names that the home region has, so the service is
// the same everywhere. Where two regions meet in one account, PLATFORM's or the gateway's, names differ: durables, whose
// names stand in the subjects of their acknowledgements, and the subjects of requests, live events and internal calls.

const REGION = /^[a-z][a-z0-9-]{1,30}$/;
const suffixOf = (region) => `_${region.replaceAll('-', '_')}`;

/** The users of a region's account: the service and the admin step. */
export const regionUsers = (region) => [`digilist${suffixOf(region)}`, `digilist${suffixOf(region)}_admin`];

/** What PLATFORM's streams call the durable from which a region copies states. */
export const stateDurable = (region) => `digilist_projections${suffixOf(region)}`;

const DURABLES = /\b(platform_audit|platform_webhooks|digilist_projections)\b/g;
const inRegion = (line, region) =>
  line
    .replace(DURABLES, `$1${suffixOf(region)}`)
    .replaceAll(/\bDIGILIST(?=[ ,}\]])/g, `DIGILIST${suffixOf(region).toUpperCase()}`)
    .replaceAll(/\bNATS_DIGILIST_/g, `NATS_DIGILIST${suffixOf(region).toUpperCase()}_`)
    .replaceAll(/\b(user: |_INBOX_)digilist(?=\b|_admin)/g, `$1digilist${suffixOf(region)}`);

/** PLATFORM hears the region in the third token of internal subjects; the region's service need not know. */
const internal = (region) => `"platform.internal.digilist@${region}.>"`;

/**
 * The configuration of a server with the region in it.
 * @throws Error when the name is none, or the configuration is not the shipped one or has the region already
 */
export function configWithRegion(config, region) {
  requireRegion(region);
  const account = `DIGILIST${suffixOf(region).toUpperCase()}`;
  if (new RegExp(`^  ${account} \\{`, 'm').test(config))
    throw new Error(`The configuration has an account ${account} already: name another region.`);
  const home = accountOf(config, 'DIGILIST');
  const own = home
    .split('\n')
    // Who subscribes to a region's events is decided for each region.
    .filter((line) => !/SUBSCRIBER|subscriber_demo/.test(line))
    .map((line) =>
      line.includes('service: { account: PLATFORM, subject: "platform.internal.digilist.>" }')
        ? `      { service: { account: PLATFORM, subject: ${internal(region)} }, to: "platform.internal.digilist.>" }`
        : inRegion(line, region),
    )
    .join('\n');
  let result = config.replace(home, () => `${home}\n${own}`);
  for (const [name, lines] of [
    ['PLATFORM', platformLines],
    ['GATEWAY', gatewayLines],
  ]) {
    const block = accountOf(result, name);
    const lined = block
      .split('\n')
      .flatMap((line) => (/digilist/i.test(line) && !line.trimStart().startsWith('#') ? lines(line, region) : [line]));
    result = result.replace(block, () => lined.join('\n'));
  }
  return result;
}

function platformLines(line, region) {
  const account = `DIGILIST${suffixOf(region).toUpperCase()}`;
  const shared = /accounts: \[[^\]]*,\s*DIGILIST\b/.test(line);
  if (shared) return [line.replace(/\bDIGILIST\b/, `DIGILIST, ${account}`)];
  const own = inRegion(line, region).replace('"platform.internal.digilist.>"', internal(region));
  // What concerns another region stays as it is.
  return own === line ? [line] : [line, own];
}

function gatewayLines(line, region) {
  const prefix = `region.${region}`;
  const [, subject] = /account: DIGILIST, subject: "(digilist\.[^"]+)"/.exec(line) ?? [];
  if (subject) return [line, inRegion(line, region).replace(/ \}\s*$/, `, to: "${prefix}.${subject}" }`)];
  if (line.includes('account: ')) return [line];
  return [line.replace(/"(digilist\.(?:rpc|live)\.>)"/, `"$1", "${prefix}.$1"`)];
}

/** Streams and durables of every account, as `readStreams()` gives them, with the region's. */
export function streamsWithRegion(accounts, region) {
  requireRegion(region);
  const [user, admin] = regionUsers(region);
  const renamed = (durable) => ({
    ...durable,
    durable_name: durable.durable_name.replace(DURABLES, `$1${suffixOf(region)}`),
  });
  return accounts.flatMap((each) => {
    if (each.account === 'platform') {
      const streams = each.streams.map((stream) => {
        const copied = stream.durables.filter(({ durable_name }) => durable_name === 'digilist_projections');
        return { ...stream, durables: [...stream.durables, ...copied.map(renamed)] };
      });
      return [{ ...each, streams }];
    }
    if (each.account !== 'digilist') return [each];
    const streams = each.streams.map(({ config, durables }) => ({
      config,
      durables: durables.filter(({ durable_name }) => durable_name !== 'subscriber_demo').map(renamed),
    }));
    return [each, { account: user, admin, streams }];
  });
}

function requireRegion(region) {
  if (!REGION.test(region))
    throw new Error(`"${region}" is no region: a letter, then letters, digits and dashes, like no-west.`);
}

/** From `NAME {` to the brace that closes it. */
function accountOf(config, name) {
  const start = config.search(new RegExp(`^  ${name} \\{`, 'm'));
  const end = config.indexOf('\n  }\n', start);
  if (start < 0 || end < 0)
    throw new Error(`The configuration has no account ${name}: begin with infra/nats/nats-server.conf.`);
  return config.slice(start, end + '\n  }\n'.length);
}
