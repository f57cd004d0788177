import { Inject, Injectable } from '@nestjs/common';
import { OrganizationRegister, type RegisterAnswer, RegisterAway } from './organization-register.js';

export const BRREG_URL = Symbol('base URL of Enhetsregisteret');

const TIMEOUT_MS = 4_000;

/** The fields of Enhetsregisteret's answer that count here, as its documentation names them. */
interface Unit {
  readonly navn?: unknown;
  readonly organisasjonsform?: { readonly kode?: unknown };
  readonly naeringskode1?: { readonly kode?: unknown };
  readonly naeringskode2?: { readonly kode?: unknown };
  readonly naeringskode3?: { readonly kode?: unknown };
  readonly slettedato?: unknown;
  readonly konkurs?: unknown;
  readonly underAvvikling?: unknown;
  readonly underTvangsavviklingEllerTvangsopplosning?: unknown;
}

/** Enhetsregisteret of Brønnøysundregistrene. */
@Injectable()
export class BrregRegister extends OrganizationRegister {
  constructor(@Inject(BRREG_URL) private readonly baseUrl: string) {
    super();
  }

  async lookUp(organizationNumber: string): Promise<RegisterAnswer> {
    const url = new URL(`/enhetsregisteret/api/enheter/${organizationNumber}`, this.baseUrl);
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status === 404) return { kind: 'unknown' };
      if (response.status === 410) return { kind: 'deleted' };
      if (response.status !== 200) throw new RegisterAway(`the register answered ${response.status}`);
      return answerOf((await response.json()) as Unit);
    } catch (error) {
      throw error instanceof RegisterAway ? error : new RegisterAway('the register does not answer', { cause: error });
    }
  }
}

/** @throws RegisterAway when it is not what is documented */
function answerOf(unit: Unit): RegisterAnswer {
  if (typeof unit.slettedato === 'string') return { kind: 'deleted' };
  const { navn: name } = unit;
  const form = unit.organisasjonsform?.kode;
  if (typeof name !== 'string' || typeof form !== 'string')
    throw new RegisterAway('the register answered something else');
  return {
    kind: 'found',
    name: name.slice(0, 500),
    form: form.slice(0, 20),
    industries: [unit.naeringskode1, unit.naeringskode2, unit.naeringskode3].flatMap((industry) =>
      typeof industry?.kode === 'string' ? [industry.kode.slice(0, 20)] : [],
    ),
    inLiquidation: [unit.konkurs, unit.underAvvikling, unit.underTvangsavviklingEllerTvangsopplosning].includes(true),
  };
}
