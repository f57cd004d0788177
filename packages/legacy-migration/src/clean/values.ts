/** Kroner with decimals as øre; null where it is no amount. */
export function minorUnits(text: string | null): number | null {
  const match = text === null ? null : /^(-?)(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) return null;
  const [, sign, kroner, decimals = ''] = match;
  const amount = Number(kroner) * 100 + Number(decimals.padEnd(2, '0'));
  return sign ? -amount : amount;
}

/** Parts of an amount that has VAT in it. What rounding leaves is in the net amount. */
export function withoutVat(total: number, vatBasisPoints: number): { net: number; vat: number } {
  const vat = Math.round((total * vatBasisPoints) / (10_000 + vatBasisPoints));
  return { net: total - vat, vat };
}

/** Per cent as hundredths of one; null where it is no rate. */
export function basisPoints(text: string | null): number | null {
  const points = text === null ? Number.NaN : Math.round(Number(text) * 100);
  return Number.isSafeInteger(points) && points >= 0 && points <= 10_000 ? points : null;
}

/** As PLATFORM keeps addresses; null where nothing can be sent there. */
export function cleanEmail(text: string | null): string | null {
  const email = (text ?? '').trim().toLowerCase();
  return /^[^\s"@]+@[^\s"@]+\.[^\s"@.]{2,}$/.test(email) && email.length <= 254 ? email : null;
}

export function slugOf(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/æ/g, 'ae')
    .replace(/ø/g, 'o')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return (/^[a-z]/.test(plain) ? plain : `x-${plain}`).slice(0, 50).replace(/-+$/, '');
}

/** Text that is there, without what surrounds it, at most `max` long. */
export function cleanText(text: string | null, max: number): string | null {
  const clean = (text ?? '').trim().slice(0, max);
  return clean === '' ? null : clean;
}

export const whole = (text: string | null): number | null =>
  text !== null && /^-?\d{1,9}$/.test(text) ? Number(text) : null;

/** `HH:MM` of what people wrote as a time of day; null where it is none. 24:00 is the end of the day. */
export function timeOfDay(text: string | null): string | null {
  const match = /^(\d{1,2})[:.]?(\d{2})?$/.exec((text ?? '').trim());
  if (!match) return null;
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? '0')];
  if (hour > 24 || minute > 59 || (hour === 24 && minute > 0)) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** A date as people wrote it (ISO, or day.month.year); null where it is none. */
export function dateOf(text: string | null): string | null {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec((text ?? '').trim());
  const spoken = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec((text ?? '').trim());
  const [year, month, day] = iso ? iso.slice(1) : spoken ? [spoken[3], spoken[2], spoken[1]] : [];
  if (!year || !month || !day) return null;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const at = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== date || date < '1850-01-01' ? null : date;
}
