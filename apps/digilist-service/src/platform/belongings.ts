import { Injectable } from '@nestjs/common';

/** What of a tenant lies elsewhere than in tables: it goes first, while the tables still say where. */
@Injectable()
export class Belongings {
  private readonly removals: ((tenantId: string) => Promise<void>)[] = [];

  /** `remove` may be cut off anywhere and be called again. */
  of(remove: (tenantId: string) => Promise<void>): void {
    this.removals.push(remove);
  }

  async remove(tenantId: string): Promise<void> {
    for (const remove of this.removals) await remove(tenantId);
  }
}
