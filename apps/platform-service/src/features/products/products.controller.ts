import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { listProducts, type ProductManifest, type ReadState, readState, registerProduct } from '@platform/contracts';
import { ProductsService } from './products.service.js';
import { StateQueries } from './state.queries.js';

@Controller()
export class ProductsController {
  constructor(
    private readonly products: ProductsService,
    private readonly states: StateQueries,
  ) {}

  @Handles(registerProduct)
  register(ctx: RequestContext, manifest: ProductManifest) {
    return this.products.register(ctx, manifest);
  }

  @Handles(listProducts)
  list(ctx: RequestContext, query: PageQuery) {
    return this.products.list(ctx, query);
  }

  @Handles(readState)
  read(ctx: RequestContext, request: ReadState) {
    return this.states.read(ctx, request);
  }
}
