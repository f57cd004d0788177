import type { Operation } from '@kit/contracts';
import { EVERY_REGION, type LocateTenant, listSigningKeys } from '@platform/contracts';
import type { FastifyRequest } from 'fastify';
import { EdgeRefusal, REGION_UNAVAILABLE } from '../problems/edge-codes.js';
import type { UserPrincipal } from './exchange.js';
import type { TenantDirectory } from './tenant-directory.js';

/** PLATFORM is one for all regions; what else there is answers in each. */
const CENTRAL = listSigningKeys.context;
const OPAQUE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[\w-]+$/;

/** `null` is the home region, whose subjects have no prefix. */
export type Region = string | null;

/** Who asks, or whose it is that is asked for. */
interface Asker {
  readonly principal: UserPrincipal | null;
  readonly tenantSlug: string | null;
}

/** Brings requests to the region in which their tenant is. With one region nothing is asked and nothing renamed. */
export class Regions {
  private readonly renamed = new Map<string, Map<Operation, Operation>>();

  /** `names`: the first is home; none or one means that there is nothing to choose. */
  constructor(
    readonly names: readonly string[],
    private readonly directory: TenantDirectory,
  ) {
    for (const name of this.others) this.renamed.set(name, new Map());
  }

  get several(): boolean {
    return this.names.length > 1;
  }

  /** All but home. */
  get others(): readonly string[] {
    return this.names.slice(1);
  }

  isRegional(context: string): boolean {
    return context !== CENTRAL;
  }

  /** Where an operation is answered. @throws Refusal, EdgeRefusal when that cannot be said or is nowhere */
  async of(operation: Operation, asker: Asker, request: FastifyRequest): Promise<Region> {
    if (!this.several || !this.isRegional(operation.context)) return null;
    const key = keyIn(operation, request) ?? keyOf(asker);
    return key === null ? null : this.find(key);
  }

  /** The region of whoever asks. @throws Refusal, EdgeRefusal when that cannot be said or is nowhere */
  async ofAsker(asker: Asker): Promise<Region> {
    const key = this.several ? keyOf(asker) : null;
    return key === null ? null : this.find(key);
  }

  /** The operation as it is called from here. */
  in(region: Region, operation: Operation): Operation {
    if (region === null || !this.isRegional(operation.context)) return operation;
    const renamed = this.renamed.get(region) as Map<Operation, Operation>;
    let there = renamed.get(operation);
    if (!there) {
      there = Object.freeze({ ...operation, subject: subjectIn(region, operation.subject) });
      renamed.set(operation, there);
    }
    return there;
  }

  subject(region: Region, context: string, subject: string): string {
    return region === null || !this.isRegional(context) ? subject : subjectIn(region, subject);
  }

  private async find(key: LocateTenant): Promise<Region> {
    const region = await this.directory.regionOf(key);
    // A tenant that nobody knows is refused at home as it is where there is one region.
    if (region === null || region === EVERY_REGION || region === this.names[0]) return null;
    if (this.renamed.has(region)) return region;
    throw new EdgeRefusal(REGION_UNAVAILABLE, { headers: { 'retry-after': '30' } });
  }
}

const subjectIn = (region: string, subject: string): string => `region.${region}.${subject}`;

function keyOf({ principal, tenantSlug }: Asker): LocateTenant | null {
  if (principal !== null) return { by: 'id', key: principal.tenantId };
  return tenantSlug === null ? null : { by: 'slug', key: tenantSlug };
}

/** What the path says where nobody signs in; a secret that is none of ours is refused at home like any other. */
function keyIn({ http }: Operation, request: FastifyRequest): LocateTenant | null {
  const place = http?.tenantIn;
  if (!place) return null;
  const value = (request.params as Record<string, string | undefined>)[place.property] ?? '';
  if (place.as === 'integration') return { by: 'integration', key: value };
  const [, tenantId] = OPAQUE.exec(value) ?? [];
  return tenantId === undefined ? null : { by: 'id', key: tenantId };
}
