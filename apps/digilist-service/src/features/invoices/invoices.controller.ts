import {
  type CreateInvoice,
  type CreditInvoice,
  createInvoice,
  creditInvoice,
  type DownloadInvoice,
  downloadInvoiceEhf,
  downloadInvoicePdf,
  getInvoice,
  type InvoiceId,
  type ListInvoices,
  listInvoices,
  type SettleInvoice,
  settleInvoice,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { Documents } from './documents/documents.js';
import { InvoicesQueries } from './invoices.queries.js';
import { InvoicesService } from './invoices.service.js';

@Controller()
export class InvoicesController {
  constructor(
    private readonly invoices: InvoicesService,
    private readonly queries: InvoicesQueries,
    private readonly documents: Documents,
  ) {}

  @Handles(listInvoices)
  list(ctx: RequestContext, request: ListInvoices) {
    return this.queries.list(ctx, request);
  }

  @Handles(getInvoice)
  get(ctx: RequestContext, request: InvoiceId) {
    return this.queries.get(ctx, request);
  }

  @Handles(createInvoice)
  create(ctx: RequestContext, request: CreateInvoice) {
    return this.invoices.create(ctx, request);
  }

  @Handles(creditInvoice)
  credit(ctx: RequestContext, request: CreditInvoice) {
    return this.invoices.credit(ctx, request);
  }

  @Handles(settleInvoice)
  settle(ctx: RequestContext, request: SettleInvoice) {
    return this.invoices.settle(ctx, request);
  }

  @Handles(downloadInvoicePdf)
  pdf(ctx: RequestContext, request: DownloadInvoice) {
    return this.documents.pdf(ctx, request);
  }

  @Handles(downloadInvoiceEhf)
  ehf(ctx: RequestContext, request: DownloadInvoice) {
    return this.documents.ehf(ctx, request);
  }
}
