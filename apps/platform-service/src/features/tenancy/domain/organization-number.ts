const WEIGHTS = [3, 2, 7, 6, 5, 4, 3, 2];

/** Norwegian organization numbers have nine digits, the last of which checks the others (modulus 11). */
export function isOrganizationNumber(text: string): boolean {
  if (!/^\d{9}$/.test(text)) return false;
  const digits = [...text].map(Number);
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * (digits[at] as number), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === digits[8];
}
