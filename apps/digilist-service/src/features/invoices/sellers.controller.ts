import {
  type CreateInvoiceSeller,
  createInvoiceSeller,
  getInvoiceSeller,
  type InvoiceSellerId,
  listInvoiceSellers,
  type PutInvoiceSeller,
  putInvoiceSeller,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { SellersService } from './sellers.service.js';

@Controller()
export class SellersController {
  constructor(private readonly sellers: SellersService) {}

  @Handles(listInvoiceSellers)
  list(ctx: RequestContext) {
    return this.sellers.list(ctx);
  }

  @Handles(getInvoiceSeller)
  get(ctx: RequestContext, request: InvoiceSellerId) {
    return this.sellers.get(ctx, request);
  }

  @Handles(createInvoiceSeller)
  create(ctx: RequestContext, request: CreateInvoiceSeller) {
    return this.sellers.create(ctx, request);
  }

  @Handles(putInvoiceSeller)
  put(ctx: RequestContext, request: PutInvoiceSeller) {
    return this.sellers.put(ctx, request);
  }
}
