import { Resolver } from 'node:dns/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type PlatformConfig } from '../../../config.js';

/** The name servers did not answer: nothing is known, neither that a record is there nor that it is not. */
export class DnsSilent extends Error {}

/** Looks up TXT records. */
export abstract class TxtRecords {
  /** Empty when there are none. @throws DnsSilent */
  abstract at(name: string): Promise<string[]>;
}

const NONE = new Set(['ENOTFOUND', 'ENODATA']);

@Injectable()
export class DnsTxtRecords extends TxtRecords {
  constructor(@Inject(CONFIG) private readonly config: PlatformConfig) {
    super();
  }

  async at(name: string): Promise<string[]> {
    const resolver = new Resolver({ timeout: 1_500, tries: 2 });
    if (this.config.dnsServers.length > 0) resolver.setServers(this.config.dnsServers);
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    } catch (error) {
      if (NONE.has((error as { code?: string }).code ?? '')) return [];
      throw new DnsSilent('the name servers did not answer');
    }
  }
}
