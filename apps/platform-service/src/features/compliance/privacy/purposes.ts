import { createHash } from 'node:crypto';
import type { FieldError } from '@kit/contracts';
import { Refusal } from '@kit/contracts';
import { statement, type Tx } from '@kit/service';
import { CONSENT_PURPOSE_IMMUTABLE, type LocalizedNotice, type ProductManifest } from '@platform/contracts';

const PURPOSE = /^[a-z]+\.[a-z][a-z0-9-]*$/;

/** What is wrong with the purposes and categories of a manifest in themselves. */
export function privacyProblems({ key, consentPurposes = [], personalData = [] }: ProductManifest): FieldError[] {
  const problems: FieldError[] = [];
  const refuse = (path: string, code: string, message: string) => problems.push({ path, code, message });
  const own = (name: string) => PURPOSE.test(name) && name.startsWith(`${key}.`);
  consentPurposes.forEach(({ key: purpose, version }, at) => {
    if (!own(purpose)) refuse(`consentPurposes.${at}.key`, 'format', `${purpose} must read ${key}.<purpose>`);
    if (consentPurposes.findIndex((other) => other.key === purpose && other.version === version) !== at)
      refuse(`consentPurposes.${at}`, 'duplicate', `${purpose} version ${version} stands here twice`);
  });
  personalData.forEach(({ key: category }, at) => {
    if (!own(category)) refuse(`personalData.${at}.key`, 'format', `${category} must read ${key}.<category>`);
    if (personalData.findIndex((other) => other.key === category) !== at)
      refuse(`personalData.${at}`, 'duplicate', `${category} stands here twice`);
  });
  return problems;
}

/** New versions come in; one that is there already stays as it is. Run by the system role, with the manifest. */
const PUT_PURPOSES = statement(
  'privacy-put-purposes',
  `INSERT INTO platform.consent_purposes (key, purpose_version, product, title, notice, notice_hash, renews, created_by,
     updated_by)
   SELECT key, version, $1, title, notice, hash, renews, $1, $1
   FROM jsonb_to_recordset($2::jsonb) AS w (key text, version int, title jsonb, notice jsonb, hash jsonb, renews boolean)
   ON CONFLICT (key, purpose_version) DO NOTHING`,
);

const CHANGED_PURPOSES = statement(
  'privacy-changed-purposes',
  `SELECT p.key, p.purpose_version AS version
   FROM jsonb_to_recordset($1::jsonb) AS w (key text, version int, title jsonb, notice jsonb, renews boolean)
   JOIN platform.consent_purposes p ON p.key = w.key AND p.purpose_version = w.version
   WHERE (p.title, p.notice, p.renews) IS DISTINCT FROM (w.title, w.notice, w.renews)
   ORDER BY 1, 2`,
);

export const hashOfNotice = (notice: string): string => createHash('sha256').update(notice).digest('hex');

const hashes = ({ nb, nn, en }: LocalizedNotice) => ({
  nb: hashOfNotice(nb),
  nn: hashOfNotice(nn),
  en: hashOfNotice(en),
});

/** @throws Refusal CONSENT_PURPOSE_IMMUTABLE: people have decided on the text as it was */
export async function putConsentPurposes(tx: Tx, { key, consentPurposes = [] }: ProductManifest): Promise<void> {
  const wanted = JSON.stringify(
    consentPurposes.map(({ renews = false, ...purpose }) => ({ ...purpose, renews, hash: hashes(purpose.notice) })),
  );
  const changed = await tx.query<{ key: string; version: number }>(CHANGED_PURPOSES, [wanted]);
  if (changed.length > 0) {
    const purposes = changed.map((purpose) => `${purpose.key} version ${purpose.version}`);
    throw new Refusal(CONSENT_PURPOSE_IMMUTABLE, { details: { purposes } });
  }
  await tx.query(PUT_PURPOSES, [key, wanted]);
}
