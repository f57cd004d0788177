import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import type { EntityManager, FindManyOptions, FindOptionsWhere, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

/** Columns that every state-changing tenant table carries. */
export interface TenantRow extends ObjectLiteral {
  tenantId: string;
  id: string;
}

type Actor = { tenantId: string; actorId: string };

/**
 * The rows of one tenant in one table, for paths that are not hot. There is no unscoped repository: the tenant is part
 * of every statement, besides the policy of the database.
 */
export class Scoped<Row extends TenantRow> {
  private readonly columns: ReadonlySet<string>;

  constructor(
    private readonly manager: EntityManager,
    private readonly entity: new () => Row,
    private readonly actor: Actor,
  ) {
    this.columns = new Set(manager.dataSource.getMetadata(entity).columns.map((column) => column.propertyName));
  }

  find(where: FindOptionsWhere<Row> = {}, options: Pick<FindManyOptions<Row>, 'order' | 'take'> = {}): Promise<Row[]> {
    return this.manager.find(this.entity, { ...options, where: this.scope(where) });
  }

  findOne(where: FindOptionsWhere<Row>): Promise<Row | null> {
    return this.manager.findOne(this.entity, { where: this.scope(where) });
  }

  /** @throws Refusal NOT_FOUND */
  async get(id: string): Promise<Row> {
    const row = await this.findOne({ id } as FindOptionsWhere<Row>);
    if (!row) throw new Refusal(NOT_FOUND);
    return row;
  }

  async insert(values: Partial<Omit<Row, 'tenantId'>>): Promise<Row> {
    const id = values.id ?? uuidv7();
    const by = this.actor.actorId;
    const row = {
      ...this.known({ createdBy: by, updatedBy: by }),
      ...values,
      id,
      tenantId: this.actor.tenantId,
    } as unknown as QueryDeepPartialEntity<Row>;
    await this.manager.createQueryBuilder().insert().into(this.entity).values(row).updateEntity(false).execute();
    return this.get(id);
  }

  /**
   * Writes `values` and raises the version.
   * @param expected version the caller has read; null when the row was locked or read in this transaction.
   * @throws Refusal NOT_FOUND, STALE_VERSION
   */
  async update(id: string, expected: number | null, values: Partial<Omit<Row, 'tenantId' | 'id'>>): Promise<Row> {
    const set = {
      ...this.known({ updatedBy: this.actor.actorId, updatedAt: () => 'now()', version: () => 'version + 1' }),
      ...values,
    } as unknown as QueryDeepPartialEntity<Row>;
    const where = { id, ...(expected !== null && { version: expected }) } as unknown as FindOptionsWhere<Row>;
    const result = await this.manager
      .createQueryBuilder()
      .update(this.entity)
      .set(set)
      .where(this.scope(where))
      .execute();
    if (result.affected !== 1) {
      await this.get(id);
      throw new Refusal(STALE_VERSION);
    }
    return this.get(id);
  }

  /** @throws Refusal NOT_FOUND */
  async remove(id: string): Promise<void> {
    const where = this.scope({ id } as FindOptionsWhere<Row>);
    const result = await this.manager.createQueryBuilder().delete().from(this.entity).where(where).execute();
    if (result.affected !== 1) throw new Refusal(NOT_FOUND);
  }

  private scope(where: FindOptionsWhere<Row>): FindOptionsWhere<Row> {
    return { ...where, tenantId: this.actor.tenantId };
  }

  /** Only what the table has: append-only ones carry no version and no updated_*. */
  private known(values: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(values).filter(([name]) => this.columns.has(name)));
  }
}
