import { type DownloadInvoice, EHF_NEEDS_ORGANIZATION } from '@digilist/contracts';
import { type Chunk, cursorOf, Refusal } from '@kit/contracts';
import { pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { readInvoice } from '../invoices.queries.js';
import type { InvoiceRow } from '../invoices.sql.js';
import { WORDS } from './words.js';

/** Of a file, before base64: well below what a message may hold. */
const PIECE_BYTES = 400_000;

/**
 * Invoices as files, drawn anew from their rows each time: those never change, so neither does the file. What draws them
 * is loaded by the first one: it takes forty megabytes and a quarter of a second, and most processes never draw one.
 */
@Injectable()
export class Documents {
  constructor(private readonly work: UnitOfWork) {}

  async pdf(ctx: RequestContext, request: DownloadInvoice): Promise<Chunk> {
    const invoice = await this.read(ctx, request);
    const { pdfOf } = await import('./pdf.js');
    return pieceOf(await pdfOf(invoice), request, { name: fileName(invoice, 'pdf'), type: 'application/pdf' });
  }

  async ehf(ctx: RequestContext, request: DownloadInvoice): Promise<Chunk> {
    const invoice = await this.read(ctx, request);
    const { canBeEhf, ehfOf } = await import('./ehf.js');
    if (!canBeEhf(invoice)) throw new Refusal(EHF_NEEDS_ORGANIZATION);
    return pieceOf(Buffer.from(ehfOf(invoice)), request, { name: fileName(invoice, 'xml'), type: 'application/xml' });
  }

  private read(ctx: RequestContext, { id }: DownloadInvoice): Promise<InvoiceRow> {
    return this.work.run(ctx, (tx) => readInvoice(tx, ctx, id));
  }
}

const fileName = ({ kind, number, locale }: InvoiceRow, extension: string): string =>
  `${WORDS[locale][kind].toLowerCase().replace(' ', '-')}-${number}.${extension}`;

function pieceOf(file: Buffer, { cursor }: DownloadInvoice, { name, type }: { name: string; type: string }): Chunk {
  const { keys } = pageStart({ ...(cursor !== undefined && { cursor }) }, ['integer']);
  const from = Math.max(0, Number(keys?.[0] ?? 0));
  const until = from + PIECE_BYTES;
  return {
    content: file.subarray(from, until).toString('base64'),
    encoding: 'base64',
    contentType: type,
    fileName: name,
    next: until < file.length ? cursorOf(until) : null,
  };
}
