/**
 * Who holds the keys that all others lie under (KEK). The master key in the environment is one; a key service (KMS,
 * Vault Transit) is another, and nothing but this port would have to be written for it.
 */
export abstract class KeyProvider {
  /** Name of the key that wraps from now on. Names stay with what they wrapped. */
  abstract readonly current: string;

  /** Names of all keys that can still unwrap. */
  abstract readonly known: readonly string[];

  /**
   * @param boundTo without it, the same wrapped key cannot be unwrapped
   * @throws KeyProviderAway
   */
  abstract wrap(key: Buffer, boundTo: string): Promise<{ kekId: string; wrapped: Buffer }>;

  /** @throws KeyProviderAway; Error when what it is bound to is another */
  abstract unwrap(kekId: string, wrapped: Buffer, boundTo: string): Promise<Buffer>;
}

/** The key cannot be had now: the key service is silent, or the key is not among those that are configured. */
export class KeyProviderAway extends Error {}
