import { SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { IntegrationDefinition } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { KINDS } from './integrations.sql.js';

/** Kinds of connections, as products' manifests describe them. They are asked for seldom, so each time anew. */
@Injectable()
export class IntegrationKinds {
  constructor(@Inject(SYSTEM_DATABASE) private readonly system: DataSource) {}

  async all(): Promise<IntegrationDefinition[]> {
    const products: { kinds: IntegrationDefinition[] }[] = await this.system.query(KINDS);
    return products.flatMap(({ kinds }) => kinds).sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  async find(key: string): Promise<IntegrationDefinition | undefined> {
    return (await this.all()).find((kind) => kind.key === key);
  }
}

/** Product that a kind belongs to: its first word. */
export const ownerOf = (kind: string): string => kind.split('.')[0] ?? '';
