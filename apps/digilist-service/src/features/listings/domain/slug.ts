const LETTERS: Readonly<Record<string, string>> = {
  æ: 'ae',
  ø: 'o',
  å: 'a',
  ä: 'a',
  ö: 'o',
  ü: 'u',
  ß: 'ss',
  đ: 'd',
  ŋ: 'n',
  ŧ: 't',
};
const LONGEST = 50;

/** A name as it may stand in an address: "Ål idrettshall" becomes "al-idrettshall". */
export function slugOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[æøåäöüßđŋŧ]/g, (letter) => LETTERS[letter] as string)
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
  if (/^[a-z][a-z0-9-]/.test(plain)) return plain;
  return plain === '' ? 'sted' : `sted-${plain}`;
}
