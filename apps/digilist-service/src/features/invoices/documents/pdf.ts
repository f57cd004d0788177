import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { InvoiceLine } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import PDFDocument from 'pdfkit';
import { byVat } from '../domain/totals.js';
import type { InvoiceRow } from '../invoices.sql.js';
import { accountText } from '../notices.js';
import { nameOf, remarksOf } from './lines-text.js';
import { amountText, dateText, rateText, WORDS, type Words } from './words.js';

const font = (name: string): Buffer =>
  readFileSync(createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));

/** A font of its own: the ones every reader has lack letters that people in Norway have in their names. */
let fonts: { regular: Buffer; bold: Buffer } | null = null;
function loadFonts() {
  fonts ??= { regular: font('DejaVuSans'), bold: font('DejaVuSans-Bold') };
  return fonts;
}

const LANGUAGE: Record<Locale, string> = { nb: 'nb-NO', nn: 'nn-NO', en: 'en-GB' };
const [LEFT, RIGHT, TOP, BOTTOM] = [50, 545, 50, 770];
const WIDTH = RIGHT - LEFT;

interface Column {
  readonly x: number;
  readonly width: number;
  readonly align: 'left' | 'right';
}

const column = (x: number, width: number, align: 'left' | 'right' = 'right'): Column => ({ x, width, align });
const LINE_COLUMNS = [
  column(LEFT, 235, 'left'),
  column(290, 70),
  column(365, 50),
  column(420, 55),
  column(480, 65),
] as const;
const VAT_COLUMNS = [column(LEFT, 235, 'left'), column(290, 70), column(365, 50), column(420, 55)] as const;
const FACT_COLUMNS = [column(300, 100, 'left'), column(405, 140, 'left')] as const;

/** The same bytes for the same invoice, whenever and wherever it is drawn. */
export async function pdfOf(invoice: InvoiceRow): Promise<Buffer> {
  const { locale } = invoice;
  const words = WORDS[locale];
  const title = `${words[invoice.kind]} ${invoice.number}`;
  const date = new Date(`${invoice.issueDate}T00:00:00Z`);
  const document = new PDFDocument({
    size: 'A4',
    margins: { left: LEFT, right: 50, top: TOP, bottom: 40 },
    pdfVersion: '1.7',
    tagged: true,
    lang: LANGUAGE[locale],
    displayTitle: true,
    bufferPages: true,
    info: { Title: title, Author: invoice.seller.name, CreationDate: date, ModDate: date },
  });
  const pieces: Buffer[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    document.on('data', (piece: Buffer) => pieces.push(piece));
    document.on('end', resolve);
    document.on('error', reject);
  });
  new Page(document, invoice, words).draw(title);
  document.end();
  await finished;
  return Buffer.concat(pieces);
}

type Structure = PDFKit.PDFStructureElement;

class Page {
  private readonly root: Structure;
  private y = TOP;

  constructor(
    private readonly document: PDFKit.PDFDocument,
    private readonly invoice: InvoiceRow,
    private readonly words: Words,
  ) {
    const { regular, bold } = loadFonts();
    document.registerFont('regular', regular).registerFont('bold', bold);
    this.root = document.struct('Document');
    document.addStructure(this.root);
  }

  draw(title: string): void {
    this.heading(title);
    this.parties();
    this.lines();
    this.totals();
    this.payment();
    this.root.end();
    this.pageNumbers();
  }

  private heading(title: string): void {
    this.add('H1', () => this.document.font('bold').fontSize(20).text(title, LEFT, this.y));
    this.y = this.document.y + 14;
  }

  private parties(): void {
    const { invoice, words } = this;
    const { seller, buyer } = invoice;
    const top = this.y;
    const org = (number: string | null, suffix = '') =>
      number === null ? [] : [`${words.organizationNumber} ${number}${suffix}`];
    const registered = seller.vatRegistered ? ' MVA' : '';
    this.block(words.seller, [
      seller.name,
      seller.street,
      `${seller.postalCode} ${seller.city}`,
      ...org(seller.organizationNumber, registered),
      ...(seller.email === null ? [] : [seller.email]),
    ]);
    this.block(words.buyer, [buyer.name, ...org(buyer.organizationNumber)]);
    const bottom = this.y;
    this.y = top;
    this.table(
      FACT_COLUMNS,
      this.facts().map(([name, value]) => [name, value]),
      { heading: false },
    );
    this.y = Math.max(bottom, this.y) + 14;
  }

  private facts(): [string, string][] {
    const { invoice, words } = this;
    const { locale, buyerReference, creditsNumber } = invoice;
    return [
      [words.number, String(invoice.number)],
      [words.issueDate, dateText(invoice.issueDate, locale)],
      ...(invoice.dueDate === null ? [] : [[words.dueDate, dateText(invoice.dueDate, locale)] as [string, string]]),
      ...(buyerReference === null ? [] : [[words.reference, buyerReference] as [string, string]]),
      ...(creditsNumber === null ? [] : [[words.credits, String(creditsNumber)] as [string, string]]),
      ...(invoice.reason === null ? [] : [[words.reason, invoice.reason] as [string, string]]),
    ];
  }

  private lines(): void {
    const { invoice, words } = this;
    const heading = [words.what, words.net, words.rate, words.vat, words.total];
    this.table(LINE_COLUMNS, [heading, ...invoice.lines.map((line) => this.cellsOf(line))], { heading: true });
    this.y += 10;
  }

  private cellsOf(line: InvoiceLine): string[] {
    const { locale } = this.invoice;
    return [
      `${nameOf(line, locale)}\n${remarksOf(line, locale)}`,
      this.amount(line.net.amount),
      rateText(line.vatBasisPoints, locale),
      this.amount(line.vat.amount),
      this.amount(line.total.amount),
    ];
  }

  private totals(): void {
    const { invoice, words } = this;
    const rates = byVat(
      invoice.lines.map(({ vatCategory, vatBasisPoints, net, vat }) => ({
        vatCategory,
        vatBasisPoints,
        net: net.amount,
        vat: vat.amount,
      })),
    );
    const named = { S: '', Z: '', E: `: ${words.exempt}`, O: `: ${words.outside}` } as const;
    this.table(
      VAT_COLUMNS,
      [
        [words.vatByRate, words.basis, words.rate, words.vat],
        ...rates.map(({ vatCategory, vatBasisPoints, net, vat }) => [
          `${words.vat} ${rateText(vatBasisPoints, invoice.locale)}${named[vatCategory]}`,
          this.amount(net),
          rateText(vatBasisPoints, invoice.locale),
          this.amount(vat),
        ]),
      ],
      { heading: true },
    );
    this.y += 10;
    this.table(
      [column(290, 130), column(425, 120)],
      [
        [words.net, this.amount(invoice.net.amount)],
        [words.vat, this.amount(invoice.vat.amount)],
        [
          `${invoice.kind === 'invoice' ? words.toPay : words.credited} (${invoice.total.currency})`,
          this.amount(invoice.total.amount),
        ],
      ],
      { heading: false, lastBold: true },
    );
    this.y += 14;
  }

  private payment(): void {
    const { invoice, words } = this;
    const { seller, kid, dueDate, locale } = invoice;
    if (kid === null || dueDate === null) {
      this.block(words.credit_note, [words.setOff]);
      return;
    }
    this.block(words.toPay, [
      `${words.toPay}: ${this.amount(invoice.total.amount)} ${invoice.total.currency}`,
      `${words.account}: ${accountText(seller.accountNumber)}`,
      `${words.kid}: ${kid}`,
      `${words.dueDate}: ${dateText(dueDate, locale)}`,
      ...(seller.terms === null ? [] : [seller.terms]),
    ]);
  }

  private amount(minor: number): string {
    return amountText(minor, this.invoice.locale);
  }

  private block(heading: string, lines: readonly string[]): void {
    const text = lines.join('\n');
    const wide = this.y > 250 ? WIDTH : 235;
    this.document.font('regular').fontSize(9);
    this.room(this.document.heightOfString(text, { width: wide }) + 24);
    this.add('H2', () => this.document.font('bold').fontSize(10).text(heading, LEFT, this.y, { width: wide }));
    this.y = this.document.y + 2;
    this.add('P', () => this.document.font('regular').fontSize(9).text(text, LEFT, this.y, { width: wide }));
    this.y = this.document.y + 10;
  }

  /** Rows are never torn apart by the end of a page. */
  private table(
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    { heading, lastBold = false }: { heading: boolean; lastBold?: boolean },
  ): void {
    const table = this.document.struct('Table');
    this.root.add(table);
    for (const [at, cells] of rows.entries()) {
      const isHeading = heading && at === 0;
      const bold = isHeading || (lastBold && at === rows.length - 1);
      this.document.font(bold ? 'bold' : 'regular').fontSize(8.5);
      const heights = cells.map((cell, n) => this.document.heightOfString(cell, { width: columns[n]?.width ?? 0 }));
      const height = Math.max(...heights) + 5;
      this.room(height);
      const row = this.document.struct('TR');
      table.add(row);
      for (const [n, cell] of cells.entries()) {
        const { x, width, align } = columns[n] as Column;
        const named = isHeading || (!heading && n === 0);
        const cellOf = this.document.struct(named ? 'TH' : 'TD', {}, () =>
          this.document
            .font(bold ? 'bold' : 'regular')
            .fontSize(8.5)
            .text(cell, x, this.y, { width, align, lineBreak: true }),
        );
        row.add(cellOf);
      }
      row.end();
      this.y += height;
      if (isHeading) this.rule();
    }
    table.end();
  }

  private rule(): void {
    this.document.markContent('Artifact', { type: 'Layout' });
    this.document
      .lineWidth(0.5)
      .moveTo(LEFT, this.y - 3)
      .lineTo(RIGHT, this.y - 3)
      .stroke('#666666');
    this.document.fillColor('black');
    this.document.endMarkedContent();
  }

  private room(height: number): void {
    if (this.y + height <= BOTTOM) return;
    this.document.addPage();
    this.y = TOP;
  }

  private add(kind: string, draw: () => void): void {
    this.root.add(this.document.struct(kind, {}, draw));
  }

  private pageNumbers(): void {
    const { start, count } = this.document.bufferedPageRange();
    for (let page = start; page < start + count; page++) {
      this.document.switchToPage(page);
      const text = this.words.page.replace('{page}', String(page + 1)).replace('{pages}', String(count));
      this.document.markContent('Artifact', { type: 'Pagination' });
      this.document
        .font('regular')
        .fontSize(8)
        .text(text, LEFT, 785, { width: WIDTH, align: 'right', lineBreak: false });
      this.document.endMarkedContent();
    }
  }
}
