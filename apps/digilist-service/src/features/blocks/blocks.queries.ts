import type { Block, BlockId, BlockPage, ListBlocks } from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { GET_BLOCK, LIST_BLOCKS } from './blocks.sql.js';

type BlockRow = Block & Record<string, unknown>;

@Injectable()
export class BlocksQueries {
  constructor(private readonly work: UnitOfWork) {}

  get(ctx: RequestContext, { id }: BlockId): Promise<Block> {
    return this.work.run(ctx, async (tx) => {
      const block = await tx.one<BlockRow>(GET_BLOCK, [tx.tenantId, id]);
      if (!tx.reach.covers(block.orgId)) throw new Refusal(NOT_FOUND);
      return block;
    });
  }

  list(ctx: RequestContext, query: ListBlocks): Promise<BlockPage> {
    const { keys, fetch } = pageStart(query, ['instant', 'uuid']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<BlockRow>(LIST_BLOCKS, [
        tx.tenantId,
        tx.reach.tenant,
        tx.reach.orgIds,
        query.listingId ?? null,
        query.from ?? null,
        query.to ?? null,
        query.kind ?? null,
        keys?.[0] ?? null,
        keys?.[1] ?? null,
        fetch,
        query.seriesId ?? null,
      ]);
      return pageOfRows(
        query,
        rows,
        ({ startsAt, id }) => [startsAt, id],
        (row) => row,
      );
    });
  }
}
