import {
  type BlockId,
  type CreateBlock,
  createBlock,
  type DeleteBlock,
  deleteBlock,
  getBlock,
  type ListBlocks,
  listBlocks,
  type StartMaintenance,
  startMaintenance,
  type UpdateBlock,
  updateBlock,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { OutOfUseService } from '../listings/index.js';
import { BlocksQueries } from './blocks.queries.js';
import { BlocksService } from './blocks.service.js';

@Controller()
export class BlocksController {
  constructor(
    private readonly blocks: BlocksService,
    private readonly outOfUse: OutOfUseService,
    private readonly queries: BlocksQueries,
  ) {}

  @Handles(createBlock)
  create(ctx: RequestContext, request: CreateBlock) {
    return this.blocks.create(ctx, request);
  }

  @Handles(listBlocks)
  list(ctx: RequestContext, request: ListBlocks) {
    return this.queries.list(ctx, request);
  }

  @Handles(getBlock)
  get(ctx: RequestContext, request: BlockId) {
    return this.queries.get(ctx, request);
  }

  @Handles(updateBlock)
  update(ctx: RequestContext, request: UpdateBlock) {
    return this.blocks.update(ctx, request);
  }

  @Handles(deleteBlock)
  remove(ctx: RequestContext, request: DeleteBlock) {
    return this.blocks.remove(ctx, request);
  }

  /** For a time, as a block; or until the listing is published again. */
  @Handles(startMaintenance)
  maintain(ctx: RequestContext, request: StartMaintenance) {
    const forATime = request.from !== undefined || request.to !== undefined;
    return forATime ? this.blocks.maintain(ctx, request) : this.outOfUse.maintain(ctx, request);
  }
}
