/** What the public register says of an organization number. */
export type RegisterAnswer =
  | {
      readonly kind: 'found';
      readonly name: string;
      /** Code of the kind of organization, as FLI for clubs and KOMM for municipalities. */
      readonly form: string;
      /** Codes of what it does, the main one first. */
      readonly industries: readonly string[];
      /** Bankrupt, or being wound up. */
      readonly inLiquidation: boolean;
    }
  | { readonly kind: 'unknown' }
  /** It was there, and is not any more. */
  | { readonly kind: 'deleted' };

/** The register does not answer, or nothing that can be understood: asked again later. */
export class RegisterAway extends Error {}

/** A public register of organizations. It is asked outside of transactions. */
export abstract class OrganizationRegister {
  /** @throws RegisterAway */
  abstract lookUp(organizationNumber: string): Promise<RegisterAnswer>;
}
