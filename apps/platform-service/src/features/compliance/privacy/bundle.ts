import type { DataSubjectRequestKind, LocaleCode } from '@platform/contracts';
import yazl from 'yazl';

export interface BundleFile {
  readonly participant: string;
  readonly category: string;
  readonly records: unknown[];
}

export interface BundleAbout {
  readonly requestId: string;
  readonly userId: string;
  readonly tenant: string;
  readonly kind: DataSubjectRequestKind;
  readonly createdAt: Date;
  readonly participants: readonly { readonly key: string; readonly status: string; readonly reason: string | null }[];
}

const README: Record<LocaleCode, (about: BundleAbout) => string> = {
  nb: ({ tenant, requestId, createdAt }) => `Dataene dine hos ${tenant}

Hver fil under data/ er én kategori, i JSON (UTF-8). index.json sier hvem som har svart og hva.
Hemmeligheter som passord og nøkler er ikke med: de kunne slippe andre inn.
Krav ${requestId}, laget ${createdAt.toISOString()}.
`,
  nn: ({ tenant, requestId, createdAt }) => `Dataa dine hos ${tenant}

Kvar fil under data/ er éin kategori, i JSON (UTF-8). index.json seier kven som har svart og kva.
Løyndomar som passord og nøklar er ikkje med: dei kunne sleppe andre inn.
Krav ${requestId}, laga ${createdAt.toISOString()}.
`,
  en: ({ tenant, requestId, createdAt }) => `Your data at ${tenant}

Each file below data/ is one category, as JSON (UTF-8). index.json tells who answered, and what.
Secrets such as passwords and keys are left out: they could let others in.
Request ${requestId}, made ${createdAt.toISOString()}.
`,
};

/** The export as a zip: one JSON file per participant and category, a table of contents, and a word in each language. */
export function zipped(about: BundleAbout, files: readonly BundleFile[]): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const options = { mtime: about.createdAt, mode: 0o100600 };
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name, options);
  for (const locale of ['nb', 'nn', 'en'] as const) add(`README.${locale}.txt`, README[locale](about));
  add(
    'index.json',
    JSON.stringify(
      { ...about, files: files.map((file) => ({ name: nameOf(file), records: file.records.length })) },
      null,
      2,
    ),
  );
  for (const file of files)
    add(nameOf(file), JSON.stringify({ category: file.category, records: file.records }, null, 2));
  zip.end();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    zip.outputStream.on('data', (chunk: Buffer) => chunks.push(chunk));
    zip.outputStream.on('error', reject);
    zip.outputStream.on('end', () => resolve(Buffer.concat(chunks)));
  });
}

const nameOf = ({ participant, category }: BundleFile): string =>
  `data/${participant}/${category.replaceAll(/[^a-z0-9.-]/g, '_')}.json`;
