import ipaddr from 'ipaddr.js';

/** Where PLATFORM may send what tenants ask it to send. Defaults are those of production. */
export interface TargetRules {
  /** CIDRs that may be reached although they are not public: the neighbours of a test or of one's own machine. */
  readonly allowPrivateTargets: readonly string[];
  /** http besides https. */
  readonly allowHttpTargets: boolean;
  /** `*` is any port. */
  readonly targetPorts: readonly string[];
}

export const TARGET_PROBLEMS = {
  url: 'The URL cannot be read.',
  scheme: 'Only https is allowed.',
  credentials: 'The URL must not hold a user name or a password.',
  port: 'This port is not allowed.',
  host: 'This host name is not reachable from outside.',
  address: 'The host has an address that is not public.',
} as const;
export type TargetProblem = keyof typeof TARGET_PROBLEMS;

/** The URL is one that is never connected to. */
export class TargetRefused extends Error {
  constructor(readonly problem: TargetProblem) {
    super(TARGET_PROBLEMS[problem]);
    this.name = 'TargetRefused';
  }
}

const MAX_URL_LENGTH = 2_000;
/** Names that only mean something inside a network, the metadata services of the clouds among them. */
const INNER_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|corp|home|home\.arpa|test|invalid|onion)$/;
/** Answers on virtual machines of one cloud although it looks public. */
const OTHERWISE_RESERVED = ['168.63.129.16/32', '::/96'].map((cidr) => ipaddr.parseCIDR(cidr));
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');

/**
 * The URL, if it is one that may be connected to as far as its text tells. Its host, when a name, must be looked up and
 * every address checked by `isAllowedAddress` at the moment of connecting: a name may answer differently each time.
 *
 * @throws TargetRefused
 */
export function targetOf(text: string, rules: TargetRules): URL {
  const url = text.length <= MAX_URL_LENGTH && URL.canParse(text) ? new URL(text) : null;
  if (!url) throw new TargetRefused('url');
  if (url.protocol !== 'https:' && !(rules.allowHttpTargets && url.protocol === 'http:')) {
    throw new TargetRefused('scheme');
  }
  if (url.username !== '' || url.password !== '') throw new TargetRefused('credentials');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (!rules.targetPorts.includes('*') && !rules.targetPorts.includes(port)) throw new TargetRefused('port');
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (ipaddr.isValid(host)) {
    if (!isAllowedAddress(host, rules)) throw new TargetRefused('address');
    return url;
  }
  if (!host.includes('.') || INNER_NAME.test(host)) throw new TargetRefused('host');
  return url;
}

const networks = new Map<string, [ipaddr.IPv4 | ipaddr.IPv6, number]>();
/** The few of the configuration, each read once: they are asked for at every request. */
function networkOf(cidr: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const network = networks.get(cidr) ?? ipaddr.parseCIDR(cidr);
  networks.set(cidr, network);
  return network;
}

/** Public unicast, or one of those that the configuration lets in. */
export function isAllowedAddress(text: string, { allowPrivateTargets }: TargetRules): boolean {
  if (!ipaddr.isValid(text) || text.includes('%')) return false;
  // `process` unfolds ::ffff:10.0.0.1 to 10.0.0.1.
  const address = ipaddr.process(text);
  const within = ([network, bits]: [ipaddr.IPv4 | ipaddr.IPv6, number]) =>
    address.kind() === network.kind() && address.match(network, bits);
  if (allowPrivateTargets.some((cidr) => within(networkOf(cidr)))) return true;
  if (address.range() !== 'unicast' || OTHERWISE_RESERVED.some(within)) return false;
  return address.kind() === 'ipv4' || within(GLOBAL_V6);
}
